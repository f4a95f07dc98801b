import { setTimeout as pause } from 'node:timers/promises'

/** Waits until it holds; `what` says what never came when it does not within `ms`. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = 60_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await pause(5)
  }
}
