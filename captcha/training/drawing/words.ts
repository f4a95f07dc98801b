import type { Chance } from './chance.ts'

const digits = [...'0123456789']
const upper = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const lower = [...'abcdefghijklmnopqrstuvwxyz']
/** What many generators leave out because people mix them up. */
const alike = new Set('0O1Il')

/** A text as captchas show it: letters and digits of some alphabet, or a sum. */
export function word(chance: Chance): string {
  if (chance.is(0.1)) return sum(chance)
  const alphabet = chance.weighted([
    [[...upper, ...lower, ...digits], 4],
    [[...upper, ...digits], 2],
    [[...lower, ...digits], 2],
    [digits, 2.5],
    [upper, 1],
    [lower, 1],
  ])
  const allowed = chance.is(0.4) && alphabet !== digits ? alphabet.filter((character) => !alike.has(character)) : alphabet
  const length = chance.weighted([
    [3, 0.5],
    [4, 5],
    [5, 3],
    [6, 3],
    [7, 0.6],
    [8, 0.4],
  ])
  return Array.from({ length }, () => chance.one(allowed)).join('')
}

function sum(chance: Chance): string {
  const top = chance.is(0.6) ? 9 : 99
  const operator = chance.weighted([
    ['+', 4],
    ['-', 3],
    ['×', 2],
    ['*', 1],
    ['x', 0.7],
    ['÷', 0.6],
    ['/', 0.4],
  ])
  return [chance.whole(0, top), operator, chance.whole(0, top), chance.one(['', '=', '=?', '=?'])].join('')
}
