import t from 'tap'
import { blank, type Canvas } from '../../captcha/training/drawing/canvas.ts'
import { chanceOf } from '../../captcha/training/drawing/chance.ts'
import { seeded } from '../../captcha/training/drawing/random.ts'
import { grained, textured } from '../../captcha/training/drawing/texture.ts'

const canvas = (): Canvas => blank(40, 20, (x) => (x < 20 ? [100, 120, 140] : [0, 0, 0]))

t.test('grain changes no pixel by more than it is strong, and grey grain all colours of a pixel alike', async (t) => {
  const before = canvas().rgb
  for (const grey of [true, false]) {
    const after = grained(chanceOf(seeded(1)), canvas(), 30, grey).rgb
    const changes = [...after.subarray(0, 60)].map((value, at) => value - (before[at] ?? 0))
    t.ok(changes.every((change) => Math.abs(change) <= 31))
    t.ok(new Set(changes).size > 5)
    const alike = Array.from({ length: 20 }, (_, pixel) => changes.slice(pixel * 3, pixel * 3 + 3)).every(
      (change) => Math.max(...change) - Math.min(...change) <= 1,
    )
    t.equal(alike, grey)
  }
})

t.test('the smoothest drawings keep every pixel, the roughest are grained or frayed now and then, the same for the same seed', async (t) => {
  const before = [...canvas().rgb]
  const drawn = (seed: number, hardness: number): number[] => [...textured(chanceOf(seeded(seed)), canvas(), hardness).rgb]
  const seeds = Array.from({ length: 60 }, (_, seed) => seed)
  for (const seed of seeds) t.same(drawn(seed, 0), before)
  const changed = seeds.filter((seed) => drawn(seed, 1).some((value, at) => value !== before[at]))
  t.ok(changed.length > 5 && changed.length < 50, `${changed.length} of 60 changed`)
  t.same(drawn(changed[0] ?? 0, 1), drawn(changed[0] ?? 0, 1))
})
