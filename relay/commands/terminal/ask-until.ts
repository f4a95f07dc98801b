import { createInterface } from 'node:readline'

export interface AskUntil {
  readonly question: string
  /** When it is no longer asked, milliseconds since 1970. */
  readonly until: number
  readonly signal: AbortSignal
}

/**
 * Asks on the terminal with the seconds left in the prompt, counting down while the answer is typed. Undefined: the time is over,
 * `signal` aborted, or the person pressed Control-C or Control-D.
 */
export async function askUntil({ question, until, signal }: AskUntil): Promise<string | undefined> {
  const left = () => Math.max(0, Math.round((until - Date.now()) / 1000))
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const showPrompt = (keepsCursor: boolean) => {
    lines.setPrompt(`${question} (${left()} s left) `)
    lines.prompt(keepsCursor)
  }
  const tick = setInterval(() => {
    if (left() === 0) lines.close()
    // A terminal that cannot write a line anew would fill with prompts.
    else if (process.env.TERM !== 'dumb') showPrompt(true)
  }, 1000)
  const close = () => lines.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(undefined))
      if (signal.aborted) lines.close()
      else showPrompt(false)
    })
  } finally {
    clearInterval(tick)
    signal.removeEventListener('abort', close)
    lines.close()
  }
}
