import sharp from 'sharp'
import t from 'tap'
import { decode } from '../../../captcha/pictures/decode.ts'
import { combined } from '../../../captcha/pictures/frames.ts'
import { maxFrames } from '../../../captcha/pictures/image.ts'
import type { Picture } from '../../../captcha/pictures/picture.ts'

const [width, height] = [24, 12]
const white = 255
const blank = (): Uint8Array => new Uint8Array(width * height * 3).fill(white)
/** A frame with blocks of grey: six columns wide each, at the cells given. */
const frame = (cells: readonly (readonly [cell: number, shade: number])[], dot = -1): Picture => {
  const rgb = blank()
  for (const [cell, shade] of cells) for (let y = 3; y < 9; y++) rgb.fill(shade, (y * width + cell * 6 + 1) * 3, (y * width + cell * 6 + 5) * 3)
  if (dot !== -1) rgb.fill(0, dot * 3, dot * 3 + 3)
  return { width, height, rgb }
}
const shadeAt = ({ rgb }: Picture, cell: number): number => rgb[(5 * width + cell * 6 + 3) * 3] ?? 0
const dotAt = (y: number, x: number): number => y * width + x

/** An animation as a site would send it. */
async function gif(frames: readonly Picture[]): Promise<Buffer> {
  const all = Buffer.concat(frames.map(({ rgb }) => rgb))
  return sharp(all, { raw: { width, height: height * frames.length, channels: 3, pageHeight: height } })
    .gif({ delay: frames.map(() => 100) })
    .toBuffer()
}

t.test('letters that fade in turn come out alike, and noise of single frames vanishes', async (t) => {
  const fading = [0, 1, 2].map((turn) =>
    frame(
      [0, 1, 2].map((cell) => [cell, [0, 100, 200][(cell + turn) % 3] ?? 0]),
      dotAt(1, 3 + 5 * turn),
    ),
  ) as [Picture, Picture, Picture]
  const picture = combined(fading)
  t.same(
    [0, 1, 2].map((cell) => shadeAt(picture, cell)),
    [100, 100, 100],
  )
  t.equal([0, 1, 2].filter((turn) => picture.rgb[dotAt(1, 3 + 5 * turn) * 3] === 0).length, 0)
})

t.test('frames that each show a part of the text are laid together', async (t) => {
  const parts = [0, 1, 2, 3].map((cell) => frame([[cell, 20]])) as [Picture, ...Picture[]]
  t.same(
    [0, 1, 2, 3].map((cell) => shadeAt(combined(parts), cell)),
    [20, 20, 20, 20],
  )
})

t.test('every frame of a GIF is used', async (t) => {
  const picture = await decode(await gif([0, 1, 2, 3].map((cell) => frame([[cell, 0]]))))
  t.same([picture.width, picture.height], [width, height])
  for (const cell of [0, 1, 2, 3]) t.ok(shadeAt(picture, cell) < 40, `the letter of frame ${cell}`)
})

t.test('of a long animation only the first frames are decoded', async (t) => {
  const many = Array.from({ length: maxFrames + 8 }, (_, index) => frame([[index < maxFrames ? 0 : 3, index % 40]]))
  const picture = await decode(await gif(many))
  t.ok(shadeAt(picture, 0) < 60)
  t.equal(shadeAt(picture, 3), white)
})
