import { join } from 'node:path'
import { pino, stdTimeFunctions } from 'pino'
import type { Config } from '../config/index.ts'
import { AccessLog } from './traffic/index.ts'

/** Lines wait for this long, or until there is so much of them: a write for each would slow the proxy. */
const flushMilliseconds = 1000
const flushBytes = 8_192

/** The access log that the configuration asks for; undefined: none. `close` writes what is left. */
export function openAccessLog({ log }: Pick<Config, 'log'>, folder: string): { readonly log: AccessLog; close(): void } | undefined {
  if (log.access === 'off') return undefined
  const dest = log.access === 'stderr' ? 2 : (log.accessFile ?? join(folder, 'access.log'))
  const destination = pino.destination({ dest, sync: false, append: true, minLength: flushBytes, mode: 0o600 })
  const timer = setInterval(() => destination.flush(), flushMilliseconds).unref()
  const lines = pino({ base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: () => ({ kind: 'access' }) } }, destination)
  return {
    log: new AccessLog(lines, log.accessDetail),
    close() {
      clearInterval(timer)
      try {
        destination.flushSync()
      } catch {
        // The file was never opened: nothing was written either.
      }
      if (log.access === 'file') destination.end()
    },
  }
}
