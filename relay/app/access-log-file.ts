import { join } from 'node:path'
import { pino } from 'pino'
import type { Config } from '../../config/index.ts'
import { AccessLog } from '../traffic/index.ts'

/** Lines wait for this long at most: a write for each would slow the proxy. */
const flushMilliseconds = 1000

/** The access log that the configuration asks for; undefined: none. `close` writes what is left. */
export function openAccessLog({ log }: Pick<Config, 'log'>, folder: string): { readonly log: AccessLog; close(): void } | undefined {
  if (log.access === 'off') return undefined
  const dest = log.access === 'stderr' ? 2 : (log.accessFile ?? join(folder, 'access.log'))
  const destination = pino.destination({ dest, sync: false, append: true, mode: 0o600 })
  const lines = new AccessLog((text) => destination.write(text), log.accessDetail)
  const timer = setInterval(() => lines.flush(), flushMilliseconds).unref()
  return {
    log: lines,
    close() {
      clearInterval(timer)
      lines.flush()
      try {
        destination.flushSync()
      } catch {
        // The file was never opened: nothing was written either.
      }
      if (log.access === 'file') destination.end()
    },
  }
}
