import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import sharp from 'sharp'
import t from 'tap'
import { draw, enlarged, kitty } from '../../../relay/commands/terminal/draw.ts'
import { findGraphics, graphicsFrom, graphicsIn } from '../../../relay/commands/terminal/graphics.ts'
import { sixel } from '../../../relay/commands/terminal/sixel.ts'
import fc from '../../property.ts'

t.test('what a terminal shows is known by its environment, or asked where that tells nothing certain', async (t) => {
  t.equal(graphicsFrom({ TERM: 'xterm-kitty' }), 'kitty')
  t.equal(graphicsFrom({ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }), 'kitty')
  t.equal(graphicsFrom({ TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }), 'kitty')
  t.equal(graphicsFrom({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }), 'iterm')
  t.equal(graphicsFrom({ TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }), 'iterm', 'over ssh')
  t.equal(graphicsFrom({ TERM: 'screen-256color', KITTY_WINDOW_ID: '1', TMUX: '/tmp/t' }), 'ask', 'inside tmux the terminal around it is out of reach')
  t.equal(graphicsFrom({ TERM: 'xterm-256color' }), 'ask')
  for (const TERM of ['dumb', 'linux', '', undefined]) t.equal(graphicsFrom({ TERM }), undefined)
})

t.test('the answer of the terminal itself tells kitty by its OK and sixel by device attribute 4', async (t) => {
  t.equal(graphicsIn('\x1b_Gi=31;OK\x1b\\\x1b[?62;c'), 'kitty')
  t.equal(graphicsIn('\x1b[?62;4;6;22c'), 'sixel')
  t.equal(graphicsIn('\x1b[?1;2c'), undefined)
  t.equal(graphicsIn('\x1b[?64;14;41c'), undefined, '14 and 41 are not 4')
  t.equal(graphicsIn(''), undefined)
})

t.test('keys pressed while the terminal is asked are not lost, and one that does not answer is waited for no longer than half a second', async (t) => {
  const terminal = (answer: string) => {
    const modes: boolean[] = []
    const input = Object.assign(new PassThrough(), { isRaw: false, setRawMode: (raw: boolean) => void modes.push(raw) }) as unknown as ReadStream & PassThrough
    const output = new PassThrough()
    output.on('data', () => answer !== '' && input.write(answer))
    return { input, output, modes }
  }
  const sixels = terminal('x7\x1b[?62;4ck')
  t.equal(await findGraphics({ TERM: 'xterm' }, sixels.input, sixels.output), 'sixel')
  t.strictSame(sixels.modes, [true, false])
  t.equal(String(sixels.input.read()), 'x7k')
  const silent = terminal('')
  t.equal(await findGraphics({ TERM: 'xterm' }, silent.input, silent.output), undefined)
  t.strictSame(silent.modes, [true, false])
})

t.test('sixels hold the picture: what a terminal draws from them is the picture in 125 colours', async (t) => {
  const any = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }))
    .chain(([width, height]) =>
      fc
        .array(fc.constantFrom(0, 64, 128, 191, 255), { minLength: width * height * 3, maxLength: width * height * 3 })
        .map((values) => ({ width, height, rgb: Uint8Array.from(values) })),
    )
  fc.assert(
    fc.property(any, (one) => {
      const drawn = drawSixels(sixel(one))
      t.equal(drawn.length, one.width * one.height)
      const off = drawn.findIndex((colour, pixel) => colour.some((value, channel) => Math.abs(value - (one.rgb[pixel * 3 + channel] ?? 0)) > 2))
      t.equal(off, -1)
    }),
    { numRuns: 30 },
  )
})

/** A small terminal: reads sixels as DEC STD 070 says, for pictures without gaps. */
function drawSixels(text: string): number[][] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins and ends them
  const [, width = '', height = '', body = ''] = /^\x1bPq"1;1;(\d+);(\d+)(.*)\x1b\\$/s.exec(text) ?? []
  const palette = new Map<string, number[]>()
  const pixels: number[][] = Array.from({ length: Number(width) * Number(height) }, () => [])
  let [x, top, colour] = [0, 0, '']
  for (const [token, number, r, g, b, times, shape] of body.matchAll(/#(\d+)(?:;2;(\d+);(\d+);(\d+))?|[$-]|(?:!(\d+))?([?-~])/g)) {
    if (token === '$') x = 0
    else if (token === '-') [x, top] = [0, top + 6]
    else if (number !== undefined && r !== undefined)
      palette.set(
        number,
        [r, g, b].map((percent) => Math.round((Number(percent) * 255) / 100)),
      )
    else if (number !== undefined) colour = number
    else if (shape !== undefined) {
      for (let count = Number(times ?? 1); count > 0; count--, x++) {
        for (let row = 0; row < 6; row++) if ((shape.charCodeAt(0) - 63) & (1 << row)) pixels[(top + row) * Number(width) + x] = palette.get(colour) ?? []
      }
    }
  }
  return pixels
}

t.test('the kitty protocol gets raw pixels in parts of at most 4096 characters, and is told not to answer', async (t) => {
  const large = { width: 80, height: 60, rgb: new Uint8Array(80 * 60 * 3).map((_, at) => at % 251) }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins and ends each part
  const parts = [...kitty(large).matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)].map(([, keys = '', data = '']) => ({ keys, data }))
  t.ok(parts.length > 1)
  t.match(parts[0]?.keys, /^a=T,q=2,f=24,s=80,v=60,m=1$/)
  t.equal(parts.at(-1)?.keys, 'm=0')
  t.ok(parts.every(({ data }) => data.length <= 4096))
  t.strictSame(new Uint8Array(Buffer.from(parts.map(({ data }) => data).join(''), 'base64')), large.rgb)
})

t.test('iTerm2 gets a PNG in line; small pictures are drawn larger', async (t) => {
  const image = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#c04' } })
    .png()
    .toBuffer()
  const text = await draw(image, 'iterm')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape begins it, bell ends it
  const [, width = '', data = ''] = /^\x1b\]1337;File=inline=1;size=\d+;width=(\d+)px;height=\d+px:([\w+/=]+)\x07$/.exec(text) ?? []
  t.equal(width, '150')
  t.match(await sharp(Buffer.from(data, 'base64')).metadata(), { format: 'png', width: 150, height: 100 })
  t.match(enlarged({ width: 1000, height: 10, rgb: new Uint8Array(30_000) }), { width: 1000 })
})

t.test('what is no image is not drawn', async (t) => {
  await t.rejects(draw(Buffer.from('<html>'), 'kitty'))
  const bomb = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="50000" height="50000"/>')
  await t.rejects(draw(bomb, 'sixel'))
})
