import sharp from 'sharp'

/** Digits on five by seven dots, as small systems draw them. */
const font: Readonly<Record<string, string>> = {
  '0': '01110 10001 10011 10101 11001 10001 01110',
  '1': '00100 01100 00100 00100 00100 00100 01110',
  '2': '01110 10001 00001 00110 01000 10000 11111',
  '3': '11111 00010 00100 00010 00001 10001 01110',
  '4': '00010 00110 01010 10010 11111 00010 00010',
  '5': '11111 10000 11110 00001 00001 10001 01110',
  '6': '00110 01000 10000 11110 10001 10001 01110',
  '7': '11111 00001 00010 00100 01000 01000 01000',
  '8': '01110 10001 10001 01110 10001 10001 01110',
  '9': '01110 10001 10001 01111 00001 00010 01100',
}

export interface Drawing {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Black digits on white, each dot three pixels wide, at a place that `seed` moves; with `grid`, black lines that are in every image. */
export function drawing(text: string, { seed = 0, grid = false }: { seed?: number; grid?: boolean } = {}): Drawing {
  const [width, height] = [20 + text.length * 22, 40]
  const data = new Uint8Array(width * height).fill(255)
  const ink = (x: number, y: number) => {
    if (x >= 0 && y >= 0 && x < width && y < height) data[y * width + x] = 0
  }
  let x = 4 + (seed % 7)
  for (const [index, character] of [...text].entries()) {
    const top = 6 + ((seed * 7 + index * 3) % 11)
    for (const [row, dots] of (font[character] ?? '').split(' ').entries()) {
      for (const [column, dot] of [...dots].entries()) {
        if (dot === '1') for (let at = 0; at < 9; at++) ink(x + column * 3 + (at % 3), top + row * 3 + Math.floor(at / 3))
      }
    }
    x += 20
  }
  if (grid) for (let y = 3; y < height; y += 9) for (let column = 0; column < width; column++) ink(column, y)
  return { data, width, height }
}

export async function png({ data, width, height }: Drawing): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
}

/** Four digits, another for each index. */
export function digits(index: number): string {
  return String((index * 7919 + 1234) % 10_000).padStart(4, '0')
}
