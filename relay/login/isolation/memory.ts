import { readFile } from 'node:fs/promises'

/** Megabytes of memory that a process holds; undefined where the system does not tell (only Linux does, and the heap's own limit counts then). */
export async function residentMegabytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
