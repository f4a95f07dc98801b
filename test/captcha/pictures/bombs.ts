import { deflateSync } from 'node:zlib'
import { bmp, png, pngHeader } from '../images.ts'

/** Small files that would cost much: each with the reason it is refused for. */
export interface Bomb {
  readonly name: string
  readonly refused: RegExp
  readonly make: () => Buffer
}

const shape = '<path d="M0 0h9v9z"/>'
const svg = (inside: string, attributes = 'width="150" height="50"'): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`)
const [tooLarge, foreign, reaching] = [/too large for a captcha/, /elements that a drawing does not need/, /outside itself/]

export const bombs: readonly Bomb[] = [
  { name: 'PNG of 50,000 by 50,000', refused: tooLarge, make: () => png(50_000, 50_000, deflateSync(Buffer.alloc(10_000_000))) },
  { name: 'PNG of 100,000 by 5', refused: tooLarge, make: () => pngHeader(100_000, 5) },
  { name: 'BMP of 50,000 by 50,000', refused: tooLarge, make: () => bmp(new Uint8Array(0), 50_000, 50_000, 24) },
  { name: 'BMP of a negative width', refused: /is only/, make: () => bmp(new Uint8Array(0), -150, 50, 24) },
  { name: 'BMP of the least height', refused: tooLarge, make: () => bmp(new Uint8Array(0), 150, -(2 ** 31), 24) },
  { name: 'GIF of 60,000 by 60,000', refused: tooLarge, make: () => gif(60_000, 60_000) },
  { name: 'GIF of 1 GB', refused: /larger than 2 MB/, make: () => long(gif(150, 50)) },
  { name: 'data URL of 1 GB', refused: /larger than a captcha/, make: () => long(Buffer.from('data:image/png;base64,')) },
  { name: 'SVG of 50,000 by 50,000', refused: tooLarge, make: () => svg(shape, 'width="50000" height="50000"') },
  { name: 'SVG of 5,000 by 5,000 inches', refused: tooLarge, make: () => svg(shape, 'width="5000in" height="5000in"') },
  { name: 'SVG of 1 by 1', refused: /is only/, make: () => svg(shape, 'width="1" height="1"') },
  { name: 'SVG with an image elsewhere', refused: foreign, make: () => svg('<image href="http://192.0.2.1/x.png"/>') },
  { name: 'SVG with a font elsewhere', refused: reaching, make: () => svg('<style>@font-face{src:url(http://192.0.2.1/f)}</style>') },
  { name: 'SVG with a script', refused: foreign, make: () => svg('<script>for (;;);</script>') },
  { name: 'SVG with a handler', refused: /scripts/, make: () => svg(shape, 'width="150" height="50" onload="x()"') },
  { name: 'SVG with a file as entity', refused: /entities/, make: () => entities('<!ENTITY j SYSTEM "file:///etc/passwd">') },
  { name: 'SVG with a thousand million laughs', refused: /entities/, make: () => entities(laughs()) },
  { name: 'SVG that uses parts twice, 20 deep', refused: foreign, make: () => svg(doubled(20)) },
  { name: 'SVG of 2,500 groups in each other', refused: /header is damaged/, make: () => svg(`${'<g>'.repeat(2499)}${shape}${'</g>'.repeat(2499)}`) },
  { name: 'SVG of 60 layers in each other', refused: /layers/, make: () => svg(`${'<g opacity=".9">'.repeat(60)}${shape}${'</g>'.repeat(60)}`) },
  { name: 'SVG with a rule that makes each shape a layer', refused: /layers/, make: () => svg(`<style>path{opacity:.9}</style>${shape.repeat(900)}`) },
  { name: 'SVG of 2,000 full shapes', refused: tooLarge, make: () => svg('<rect width="100%" height="100%"/>'.repeat(2000), 'width="600" height="600"') },
  { name: 'SVG of a shape with 80,000 corners', refused: /256 kB/, make: () => svg(star(20_000), 'width="600" height="600"') },
  { name: 'SVG of a shape with 10,000 corners', refused: /numbers/, make: () => svg(star(2500), 'width="600" height="600"') },
  { name: 'SVG of a long text', refused: /more text/, make: () => svg(`<text font-size="300">${'a'.repeat(200_000)}</text>`) },
  { name: 'SVG of many rules', refused: /style rules/, make: () => svg(`<style>${'g g g g path{a:b}'.repeat(2000)}</style>${shape}`) },
  { name: 'SVG of comments without end', refused: /document type/, make: () => svg('<!--'.repeat(60_000)) },
  { name: 'SVG of elements without end', refused: /more text|header is damaged/, make: () => svg('<path stroke="a"'.repeat(4990)) },
  { name: 'SVG of 30,000 filters', refused: /filters/, make: () => svg(`<rect style="filter:${'sepia()'.repeat(30_000)}" width="9" height="9"/>`) },
  { name: 'SVG of 500 sizes in 20,000 fonts', refused: /fonts/, make: () => svg(`<g font-family="${'ab,cd,'.repeat(10_000)}">${sizes(500)}</g>`) },
  {
    name: 'SVG of 500 sizes by a rule with fonts',
    refused: /fonts/,
    make: () => svg(`<style>g{fo&#110;t/**/:9px ${'ab,'.repeat(900)}cd}</style><g>${sizes(500)}</g>`),
  },
  {
    name: 'SVG of a rule with filters, hidden by references',
    refused: /filters/,
    make: () => svg(`<style>path{fil&#116;er/**/:${'blur(9)'.repeat(300)}}</style>${shape}`),
  },
  { name: 'SVG of dashes hidden by references', refused: /hides style rules/, make: () => svg('<path style="stroke-dash&#97;rray:.001" d="M0 0h9"/>') },
]

/** What is harmless once what it would cost is left out: it is read. */
export const defused: readonly Omit<Bomb, 'refused'>[] = [
  { name: 'PNG with a gigabyte of packed text', make: () => packedTexts() },
  { name: 'PNG with more pixels than it says', make: () => png(100, 50, deflateSync(Buffer.alloc(100_000_000))) },
  { name: 'GIF of 100,000 frames', make: () => gif(150, 50, 100_000) },
  { name: 'GIF of two large frames', make: () => gif(1000, 1000, 2) },
  { name: 'SVG of a line in fine dashes', make: () => svg(`<path stroke="#000" stroke-dasharray=".001" d="M0 0${'L600 600L0 600L600 0'.repeat(300)}"/>`) },
]

/** A gigabyte that begins so; what nobody writes takes no memory. */
function long(beginning: Buffer): Buffer {
  const bytes = Buffer.alloc(1e9)
  bytes.set(beginning)
  return bytes
}

function gif(width: number, height: number, frames = 1): Buffer {
  const screen = Buffer.alloc(19)
  screen.write('GIF89a')
  screen.writeUInt16LE(width, 6)
  screen.writeUInt16LE(height, 8)
  screen[10] = 0x80
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, width & 255, width >> 8, height & 255, height >> 8, 0, 2, 2, 0x44, 1, 0])
  return Buffer.concat([screen, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])])
}

function packedTexts(): Buffer {
  const text = Buffer.concat([Buffer.from('k\0\0', 'latin1'), deflateSync(Buffer.alloc(50_000_000))])
  return png(100, 50, deflateSync(Buffer.alloc(301 * 50)), Array(20).fill(['zTXt', text]))
}

function entities(declared: string): Buffer {
  return Buffer.from(`<?xml version="1.0"?><!DOCTYPE svg [${declared}]><svg xmlns="http://www.w3.org/2000/svg" width="150" height="50"><text>&j;</text></svg>`)
}

function laughs(): string {
  const names = [...'abcdefghij']
  return names.map((name, at) => `<!ENTITY ${name} "${(at === 0 ? 'ha' : `&${names[at - 1]};`).repeat(10)}">`).join('')
}

function doubled(depth: number): string {
  const parts = Array.from({ length: depth }, (_, at) => `<g id="a${at + 1}"><use xlink:href="#a${at}"/><use xlink:href="#a${at}"/></g>`)
  return `<defs><g id="a0">${shape}</g>${parts.join('')}</defs><use xlink:href="#a${depth}"/>`
}

function sizes(count: number): string {
  return Array.from({ length: count }, (_, size) => `<text font-size="${size}">a</text>`).join('')
}

function star(rounds: number): string {
  return `<path stroke="#000" d="M0 0${'L600 600L0 600L600 0L0 0'.repeat(rounds)}"/>`
}
