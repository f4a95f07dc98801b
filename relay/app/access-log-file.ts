import { join } from 'node:path'
import { pino } from 'pino'
import type { Config } from '../../config/index.ts'
import { AccessLog } from '../traffic/index.ts'

/** So many characters of lines wait to be written together, for this long at most: a write for each line would slow the proxy. */
const [mostWaiting, flushMilliseconds] = [8192, 1000]

/** The access log that the configuration asks for; undefined: none. `close` writes what is left, and so does the end of the process, a crash too. */
export function openAccessLog({ log }: Pick<Config, 'log'>, folder: string): { readonly log: AccessLog; close(): void } | undefined {
  if (log.access === 'off') return undefined
  const dest = log.access === 'stderr' ? 2 : (log.accessFile ?? join(folder, 'access.log'))
  const destination = pino.destination({ dest, sync: false, append: true, mode: 0o600, minLength: mostWaiting })
  const timer = setInterval(() => destination.flush(), flushMilliseconds).unref()
  return {
    log: new AccessLog((line) => destination.write(line), log.accessDetail),
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
