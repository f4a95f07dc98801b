import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of a tick, USER_HZ, which is 100 wherever Linux runs. */
const tick = 10

/** The CPU time of these processes, of those they started, and of those of them that have ended. Milliseconds. */
export function cpuTimeOf(roots: readonly number[]): number {
  const parents = new Map<number, { readonly parent: number; readonly time: number }>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const facts = statOf(name)
    if (facts !== undefined) parents.set(Number(name), facts)
  }
  const isOfThem = (id: number): boolean => roots.includes(id) || (parents.has(id) && isOfThem(parents.get(id)?.parent ?? 0))
  return [...parents].reduce((sum, [id, { time }]) => sum + (isOfThem(id) ? time : 0), 0)
}

/** Processes that this one has started, by a word of their name. */
export function childrenNamed(word: string): number[] {
  return readdirSync('/proc')
    .filter((one) => /^\d+$/.test(one))
    .filter((one) => statOf(one)?.parent === process.pid && readName(one).includes(word))
    .map(Number)
}

/** proc_pid_stat(5): the parent is field 4; utime, stime, cutime and cstime are 14 to 17. The name before them may hold spaces. */
function statOf(id: string): { readonly parent: number; readonly time: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
    return { parent: fields[1] ?? 0, time: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) * tick }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

function readName(id: string): string {
  try {
    return readFileSync(`/proc/${id}/comm`, 'utf8')
  } catch {
    return ''
  }
}
