import { type Canvas, type Point, warped } from './canvas.ts'
import type { Chance } from './chance.ts'

/** What lies over the whole drawing: grain, in colours or grey, seldom heavy; and edges frayed, as where letters grow out of noise. */
export function textured(chance: Chance, canvas: Canvas, hardness: number): Canvas {
  const torn = chance.is(0.06 * hardness) ? frayed(chance, canvas, hardness) : canvas
  if (chance.is(0.25)) return grained(chance, torn, 40 * hardness, false)
  return chance.is(0.08 * hardness) ? grained(chance, torn, 130 * hardness, true) : torn
}

/** Every pixel lighter or darker by at most `strength`, each colour for itself or all alike. */
export function grained(chance: Chance, canvas: Canvas, strength: number, grey: boolean): Canvas {
  const amount = chance.real(0, strength)
  let change = 0
  for (let at = 0; at < canvas.rgb.length; at++) {
    if (!grey || at % 3 === 0) change = chance.real(-amount, amount)
    canvas.rgb[at] = Math.max(0, Math.min(255, (canvas.rgb[at] ?? 0) + change))
  }
  return canvas
}

/** Every pixel taken from a place nearby, mostly to the side. */
function frayed(chance: Chance, canvas: Canvas, hardness: number): Canvas {
  const [across, down] = [chance.real(0.02, 0.08) * canvas.height * hardness, chance.real(0, 0.03) * canvas.height * hardness]
  return warped(canvas, (x, y): Point => ({ x: x + chance.real(-across, across), y: y + chance.real(-down, down) }))
}
