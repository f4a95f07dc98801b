import sharp from 'sharp'

const letters: Readonly<Record<string, string>> = {
  H: 'M0 0V40M24 0V40M0 20H24',
  E: 'M0 0V40M0 2H24M0 20H20M0 38H24',
  '7': 'M0 2H24L8 40',
  L: 'M0 0V38H24',
  '4': 'M18 0V40M18 0L0 28H26',
}

/** `HE7L4` in bars, so that no font of the machine matters. */
export async function barLetters(ink: string, paper: string): Promise<Buffer> {
  const strokes = [...'HE7L4'].map((letter, index) => `<path transform="translate(${14 + index * 38} 12)" d="${letters[letter]}"/>`).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="210" height="64"><rect width="210" height="64" fill="${paper}"/><g fill="none" stroke-width="5" stroke="${ink}">${strokes}</g></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}
