/** A clock that a test sets. */
export function setClock(start = 1_800_000_000_000): { now: () => number; pass(milliseconds: number): void } {
  let time = start
  return {
    now: () => time,
    pass(milliseconds) {
      time += milliseconds
    },
  }
}

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
