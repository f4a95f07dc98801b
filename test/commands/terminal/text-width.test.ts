import t from 'tap'
import { textWidth } from '../../../relay/commands/verb/text-width.ts'

t.test('a text is as wide as a terminal draws it', async (t) => {
  for (const [text, width] of [
    ['', 0],
    ['ann.miller', 10],
    ['张伟', 4],
    ['ラーメン', 8],
    ['김민수', 6],
    ['ＡＢ', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['Жанна', 5],
  ] as const)
    t.equal(textWidth(text), width, text)
})
