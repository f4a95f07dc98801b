import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { RelayError } from '../errors.ts'
import type { SessionEvent } from '../sessions/index.ts'
import { accountPath, type OwnerOption } from './account.ts'
import { type RelayClient, readBytes } from './client.ts'
import { printable, printJson, printLine, printNote } from './output.ts'
import { ask } from './read-secret.ts'
import { verb, withRelay } from './verb.ts'

/** `login ACCOUNT`: signs in now and prints the steps; asks here what only a person can answer. */
export function loginVerb(program: Command): void {
  verb(program, 'login ACCOUNT', 'sign in now, with the steps as they happen').option('--user <NAME>', 'who owns the account').action(login)
}

async function login(name: string, options: OwnerOption): Promise<void> {
  const json = options.json === true
  const last = await withRelay(options, async (relay) => {
    const lines = createInterface({ input: await relay.open('POST', accountPath(name, options, '/login'), {}) })
    let event: SessionEvent | undefined
    for await (const line of lines) {
      event = JSON.parse(line) as SessionEvent
      if (event.type === 'step') showStep(event.step, json)
      else if (event.type === 'challenge') await answerHere(relay, event.id, json)
    }
    return event
  })
  if (last === undefined) throw new RelayError('internal', { detail: 'the sign-in ended without an outcome' })
  showOutcome(last, json)
}

function showStep(step: { name: string; text: string; ms: number; at: number }, json: boolean): void {
  if (json) printJson({ step: step.name, text: step.text, ms: step.ms, at: step.at })
  else printLine(`${`${Math.round(step.at)} ms`.padStart(9)}  ${printable(step.text)} (${Math.round(step.ms)} ms)`)
}

function showOutcome(event: SessionEvent, json: boolean): void {
  if (event.type === 'signed-in') {
    const { total, network, captcha, relay } = event.timing
    if (json) printJson({ outcome: 'signed-in', account: event.account.name, evidence: event.evidence, timing: event.timing })
    else printLine(`${Math.round(total)} ms in all: the site ${Math.round(network)}, reading captchas ${Math.round(captcha)}, the relay ${Math.round(relay)}`)
    return
  }
  process.exitCode = 1
  if (event.type !== 'failed') {
    if (json) printJson({ outcome: event.type })
    else printLine('The sign-in was ended.')
    return
  }
  if (json) printJson({ outcome: 'failed', account: event.account.name, kind: event.kind, seen: event.seen })
  else printLine(`Failed: ${event.kind}. Seen: ${event.seen.map(printable).join('; ')}`)
}

/** Puts a challenge to the person at this terminal; where nobody sits at one, says where else it can be answered. */
async function answerHere(relay: RelayClient, id: string, json: boolean): Promise<void> {
  const challenge = (await relay.call<{ id: string; kind: string; question: string }[]>('GET', '/api/v1/challenges')).find((one) => one.id === id)
  if (challenge === undefined) return
  if (json || !process.stdin.isTTY) return printNote('A question waits for a person: answer it in the portal.')
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-'))
  try {
    if (challenge.kind === 'captcha') {
      const file = join(folder, 'captcha.png')
      await writeFile(file, await readBytes(await relay.open('GET', `/api/v1/challenges/${id}/image`)), { mode: 0o600 })
      printNote(`The image is in ${file}`)
    }
    const answer = await ask(`${printable(challenge.question)} `)
    await relay.call('POST', `/api/v1/challenges/${id}`, { answer })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
