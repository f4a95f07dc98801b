import { join } from 'node:path'
import { pino } from 'pino'
import type { Config } from '../../config/index.ts'
import { AccessLog } from '../traffic/index.ts'

/** So many characters of lines wait to be written together, for this long at most: a write for each line would slow the proxy. */
const [mostWaiting, flushMilliseconds] = [8192, 1000]

/** Of the logs that are open: what writes the lines that wait. One listener of the process for all of them. */
const toFinish = new Set<() => void>()
const finishAll = (): void => {
  for (const finish of toFinish) finish()
}

/** The access log that the configuration asks for; undefined: none. `close` writes what is left, and so does the end of the process, a crash too. */
export function openAccessLog({ log }: Pick<Config, 'log'>, folder: string): { readonly log: AccessLog; close(): void } | undefined {
  if (log.access === 'off') return undefined
  const dest = log.access === 'stderr' ? 2 : (log.accessFile ?? join(folder, 'access.log'))
  const destination = pino.destination({ dest, sync: false, append: true, mode: 0o600, minLength: mostWaiting })
  // Gathered here: with each line the destination measures all that wait in it anew.
  let waiting = ''
  const pass = (): void => {
    if (waiting === '') return
    const lines = waiting
    waiting = ''
    destination.write(lines)
  }
  let isClosed = false
  const put = (line: string): void => {
    // Of a request that ends after the log: a file takes no more, standard error does.
    if (isClosed && log.access === 'file') return
    waiting += line
    if (isClosed) finish()
    else if (waiting.length >= mostWaiting) pass()
  }
  const timer = setInterval(() => {
    pass()
    destination.flush()
  }, flushMilliseconds).unref()
  const finish = (): void => {
    try {
      pass()
      destination.flushSync()
    } catch {
      // The file was never opened: nothing was written either.
    }
  }
  if (toFinish.size === 0) process.on('exit', finishAll)
  toFinish.add(finish)
  return {
    log: new AccessLog(put, log.accessDetail),
    close() {
      clearInterval(timer)
      finish()
      isClosed = true
      toFinish.delete(finish)
      if (toFinish.size === 0) process.off('exit', finishAll)
      if (log.access === 'file') destination.end()
    },
  }
}
