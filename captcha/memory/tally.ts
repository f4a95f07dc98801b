/** What came of the answers to a site's captchas; only of those that the site accepted or refused. */
export interface Tally {
  /** Read by the relay and sent. */
  readonly reads: number
  /** Of those, how many the site accepted. */
  readonly right: number
  /** Answered by a person. */
  readonly asked: number
  /** Of those, how many the site accepted. */
  readonly askedRight: number
}

export const noTally: Tally = { reads: 0, right: 0, asked: 0, askedRight: 0 }

export function tallied(tally: Tally = noTally, by: 'reader' | 'person', isRight: boolean): Tally {
  const right = isRight ? 1 : 0
  return added(tally, by === 'reader' ? { ...noTally, reads: 1, right } : { ...noTally, asked: 1, askedRight: right })
}

export function added(one: Tally, other: Tally): Tally {
  return { reads: one.reads + other.reads, right: one.right + other.right, asked: one.asked + other.asked, askedRight: one.askedRight + other.askedRight }
}
