import { resized } from '../ink/line.ts'
import type { Grey } from '../pictures/picture.ts'
import { chineseHeight, chineseWidth } from './chinese-layers.ts'

/** What the Chinese network takes in: the ink of the whole image at its size. */
export async function chineseInput(ink: Grey): Promise<Uint8Array> {
  return (await resized(ink, chineseWidth, chineseHeight)).data
}
