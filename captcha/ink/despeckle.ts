import type { Grey } from '../pictures/picture.ts'
import { componentsOf } from './components.ts'

/** Without specks: dark patches of fewer than `least` pixels, joined by side or corner, become paper. */
export function despeckle(grey: Grey, least = 8): Grey {
  const data = grey.data.slice()
  for (const { pixels } of componentsOf(grey)) if (pixels.length < least) for (const pixel of pixels) data[pixel] = 255
  return { ...grey, data }
}
