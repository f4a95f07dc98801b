import type { ReadStream } from 'node:tty'

/** How a terminal shows pictures. */
export type Graphics =
  /** The kitty graphics protocol: kitty, Ghostty, Konsole. */
  | 'kitty'
  /** Inline images of iTerm2: iTerm2, WezTerm. */
  | 'iterm'
  /** Sixel: xterm, foot, Windows Terminal, mlterm, tmux. */
  | 'sixel'

/** How long a terminal may take to say what it can, milliseconds; nearly all answer a device attributes request at once. */
const patience = 500

/** A one-pixel picture that is only asked about, then the request that every terminal answers, so that the wait ends. */
const question = '\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c'

/** What the environment tells of the terminal; `ask`: nothing that is certain; undefined: it shows no pictures. */
export function graphicsFrom(env: NodeJS.ProcessEnv): Graphics | 'ask' | undefined {
  const { TERM = '', TERM_PROGRAM, LC_TERMINAL, KITTY_WINDOW_ID, TMUX } = env
  if (/^(?:dumb|linux|cons25|vt\d*)?$/.test(TERM)) return undefined
  // What is inside a multiplexer speaks to it alone, whatever terminal is around it.
  if (TMUX !== undefined || /^(?:screen|tmux)/.test(TERM)) return 'ask'
  if (TERM === 'xterm-kitty' || KITTY_WINDOW_ID !== undefined || TERM_PROGRAM === 'ghostty') return 'kitty'
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm' || LC_TERMINAL === 'iTerm2') return 'iterm'
  return 'ask'
}

/** What the terminal answered to the question: the kitty protocol's `OK`, or 4 among its device attributes, which is sixel. */
export function graphicsIn(answer: string): Graphics | undefined {
  if (answer.includes('\x1b_Gi=31;OK')) return 'kitty'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins the answer
  const attributes = /\x1b\[\?([\d;]*)c/.exec(answer)?.[1]?.split(';') ?? []
  return attributes.includes('4') ? 'sixel' : undefined
}

/** Finds out by the environment, or asks the terminal itself. Keys that are pressed meanwhile are not lost. */
export async function findGraphics(env: NodeJS.ProcessEnv, input: ReadStream, output: NodeJS.WritableStream): Promise<Graphics | undefined> {
  const told = graphicsFrom(env)
  return told === 'ask' ? graphicsIn(await askTerminal(input, output)) : told
}

function askTerminal(input: ReadStream, output: NodeJS.WritableStream): Promise<string> {
  const wasRaw = input.isRaw
  input.setRawMode(true)
  return new Promise((resolve) => {
    let answer = ''
    const end = () => {
      clearTimeout(timer)
      input.off('data', take)
      input.pause()
      input.setRawMode(wasRaw)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins the answers
      const typed = answer.replace(/\x1b_G[^\x1b]*\x1b\\|\x1b\[\?[\d;]*c/g, '')
      if (typed !== '') input.unshift(Buffer.from(typed, 'latin1'))
      resolve(answer)
    }
    const take = (chunk: Buffer | string) => {
      answer += chunk.toString('latin1')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins the answer
      if (/\x1b\[\?[\d;]*c/.test(answer)) end()
    }
    const timer = setTimeout(end, patience)
    input.on('data', take)
    input.resume()
    output.write(question)
  })
}
