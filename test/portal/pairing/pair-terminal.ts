import type { Person, StartedPortal } from '../start-portal.ts'
import type { Visitor } from '../visitor.ts'

export interface PairedBrowser {
  /** The browser that nobody trusts. */
  readonly terminal: Visitor
  /** Where its person is signed in. */
  readonly phone: Visitor
}

/** The terminal's page shows a code: this one. */
export async function showCode(terminal: Visitor): Promise<string> {
  await terminal.get('/pair')
  await terminal.post('/pair')
  return /class="user-code">([A-Z-]+)</.exec((await terminal.get('/pair')).body)?.[1] ?? ''
}

/** Pairs a browser with a person's phone by the pages, for these accounts. */
export async function pairTerminal(relay: StartedPortal, person: Person, accounts: readonly string[], minutes = '60'): Promise<PairedBrowser> {
  const terminal = relay.visitor()
  const phone = await relay.signedIn(person)
  const code = await showCode(terminal)
  await phone.get(`/pair/confirm?code=${code}`)
  const answer = await phone.post(
    '/pair/confirm',
    new URLSearchParams([['code', code], ['minutes', minutes], ['seen', 'on'], ...accounts.map((id): [string, string] => ['account', id])]),
  )
  if (answer.location !== '/devices?done=terminal-paired') throw new Error(`not paired: ${answer.status} ${answer.body}`)
  await terminal.get('/pair')
  await terminal.get('/terminal')
  return { terminal, phone }
}
