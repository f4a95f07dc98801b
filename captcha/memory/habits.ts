import type { ReadHints, ReadResult } from '../contract.ts'

/** What the confirmed answers of a site had in common. Counts. */
export interface Habits {
  readonly kinds: Readonly<Partial<Record<ReadResult['kind'], number>>>
  readonly lengths: Readonly<Record<string, number>>
  /** Characters as the reader saw them in images it read right. */
  readonly drawn: Readonly<Record<string, number>>
  /** Characters as a person typed them; he may type either case where the site does not mind. */
  readonly typed: Readonly<Record<string, number>>
  /** How often the site took a letter in a case that the image did not show. */
  readonly caseless: number
}

export const noHabits: Habits = { kinds: {}, lengths: {}, drawn: {}, typed: {}, caseless: 0 }

/** Confirmed images before the kind, the length and the classes of characters count as known. */
const enoughKinds = 4
const enoughLengths = 10
const enoughCharacters = 40
/** With so many characters for each that was ever seen, one that was never seen does not occur. */
const perCharacter = 8
export const enoughCaseless = 3

const classes = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'] as const
/** Letters whose capital looks the same but for its size: a read in the wrong case proves nothing. */
const sameShape = /^[ckopsuvwxyz]$/i

/** A confirmed answer. `read`: what the reader made of the image. */
export interface Confirmed {
  readonly answer: string
  readonly by: 'reader' | 'person'
  readonly read: Pick<ReadResult, 'text' | 'answer' | 'kind' | 'candidates'> | undefined
}

export function withAnswer(habits: Habits, { answer, by, read }: Confirmed): Habits {
  // What the reader did not see, it cannot tell the kind of.
  const agrees = read !== undefined && read.answer.toLowerCase() === answer.toLowerCase()
  const kind = agrees ? read.kind : undefined
  const kinds = kind === undefined ? habits.kinds : { ...habits.kinds, [kind]: (habits.kinds[kind] ?? 0) + 1 }
  // The value of a sum says nothing of what its image shows.
  if ((kind ?? commonest(kinds)) === 'arithmetic') return { ...habits, kinds }
  const characters = [...answer]
  const length = String(characters.length)
  const grown = { ...habits, kinds, lengths: { ...habits.lengths, [length]: (habits.lengths[length] ?? 0) + 1 } }
  if (by === 'reader') return { ...grown, drawn: counted(habits.drawn, characters) }
  const caseless = habits.caseless + (agrees && isInOtherCase(read.text, answer) ? 1 : 0)
  return { ...grown, typed: counted(habits.typed, characters), caseless }
}

/** Was all of it typed in the case that the image did not show? One letter alone may have been misread. */
function isInOtherCase(drawn: string, typed: string): boolean {
  const letters = [...drawn].filter((seen) => /^[a-z]$/i.test(seen) && !sameShape.test(seen))
  return letters.length >= 2 && letters.every((seen) => !typed.includes(seen))
}

/** What may be taken for known of the site's next image; what the site's settings say goes before it. */
export function hintsOf(habits: Habits): ReadHints {
  const kind = knownKind(habits)
  if (kind === 'arithmetic') return { kind }
  const length = knownLength(habits)
  const alphabet = knownAlphabet(habits)
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(length === undefined ? {} : { length }),
    ...(alphabet === undefined ? {} : { alphabet }),
    ...(habits.caseless >= enoughCaseless ? { caseSensitive: false } : {}),
  }
}

export function lengthsSeen({ lengths }: Habits): number[] {
  return Object.keys(lengths)
    .map(Number)
    .sort((a, b) => a - b)
}

function knownKind({ kinds }: Habits): ReadResult['kind'] | undefined {
  const [only, ...others] = Object.entries(kinds) as [ReadResult['kind'], number][]
  return only !== undefined && others.length === 0 && only[1] >= enoughKinds ? only[0] : undefined
}

function knownLength(habits: Habits): ReadHints['length'] {
  const total = sum(habits.lengths)
  const seen = lengthsSeen(habits)
  const [least, most] = [seen[0], seen.at(-1)]
  if (least === undefined || most === undefined || total < enoughLengths) return undefined
  if (least === most) return least
  // The shortest and the longest may still be to come.
  return total < 4 * enoughLengths ? [Math.max(1, least - 1), most + 1] : [least, most]
}

function knownAlphabet({ drawn, typed }: Habits): string | undefined {
  const total = sum(drawn) + sum(typed)
  if (total < enoughCharacters) return undefined
  const seen = new Set(Object.keys(drawn))
  for (const character of Object.keys(typed)) for (const either of [character.toLowerCase(), character.toUpperCase()]) seen.add(either)
  if (total >= Math.max(2 * enoughCharacters, perCharacter * seen.size)) return [...seen].sort().join('')
  if (![...seen].every((character) => classes.some((known) => known.includes(character)))) return undefined
  return classes.filter((known) => [...seen].some((character) => known.includes(character))).join('')
}

function commonest(kinds: Habits['kinds']): string | undefined {
  return Object.entries(kinds).sort((a, b) => b[1] - a[1])[0]?.[0]
}

function counted(counts: Readonly<Record<string, number>>, characters: readonly string[]): Readonly<Record<string, number>> {
  const grown = { ...counts }
  for (const character of characters) grown[character] = (grown[character] ?? 0) + 1
  return grown
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
