import type { Picture } from './picture.ts'

/** Steps of each colour channel: 125 colours, of which old terminals show at least as many as a captcha needs. */
const steps = 5

/**
 * A picture as sixels (DEC STD 070): bands of six rows, each band once for every colour that occurs in it. `$` goes back to the band's
 * beginning, `-` to the next band; a character is six pixels one above the other, and `!` repeats it.
 */
export function sixel({ width, height, rgb }: Picture): string {
  const colours = new Uint8Array(width * height)
  for (let pixel = 0; pixel < colours.length; pixel++) {
    const [red, green, blue] = [step(rgb[pixel * 3]), step(rgb[pixel * 3 + 1]), step(rgb[pixel * 3 + 2])]
    colours[pixel] = (red * steps + green) * steps + blue
  }
  const used = [...new Set(colours)].sort((a, b) => a - b)
  const palette = used.map((colour) => `#${colour};2;${percent(colour, 2)};${percent(colour, 1)};${percent(colour, 0)}`).join('')
  const bands: string[] = []
  for (let top = 0; top < height; top += 6) bands.push(band(colours, width, top, Math.min(6, height - top)))
  return `\x1bPq"1;1;${width};${height}${palette}${bands.join('-')}\x1b\\`
}

function band(colours: Uint8Array, width: number, top: number, rows: number): string {
  const lines = new Map<number, Uint8Array>()
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[(top + row) * width + x] ?? 0
      const line = lines.get(colour) ?? new Uint8Array(width)
      line[x] = (line[x] ?? 0) | (1 << row)
      lines.set(colour, line)
    }
  }
  return [...lines].map(([colour, line]) => `#${colour}${runs(line)}`).join('$')
}

function runs(line: Uint8Array): string {
  let text = ''
  for (let from = 0; from < line.length; ) {
    let to = from + 1
    while (to < line.length && line[to] === line[from]) to++
    const character = String.fromCharCode(63 + (line[from] ?? 0))
    text += to - from > 3 ? `!${to - from}${character}` : character.repeat(to - from)
    from = to
  }
  return text
}

function step(value = 0): number {
  return Math.round((value * (steps - 1)) / 255)
}

function percent(colour: number, channel: number): number {
  return Math.round(((Math.floor(colour / steps ** channel) % steps) * 100) / (steps - 1))
}
