import { createInterface } from 'node:readline'
import { asRelayError, RelayError } from '../../errors.ts'
import type { SessionEvent } from '../../sessions/index.ts'
import type { RelayClient } from '../verb/client.ts'
import { printable, printJson, printLine, printNote } from '../verb/output.ts'
import { answerHere } from './answer-here.ts'

/** Has the relay do an errand, prints its steps and puts its questions as they come; gives the last event. `onEvent` hears of every one. */
export async function followSteps(
  relay: RelayClient,
  path: string,
  json: boolean,
  onEvent: (event: SessionEvent) => void = () => {},
  body: unknown = {},
): Promise<SessionEvent> {
  const lines = createInterface({ input: await relay.open('POST', path, body) })
  let last: SessionEvent | undefined
  let question: Question | undefined
  for await (const line of lines) {
    last = JSON.parse(line) as SessionEvent
    onEvent(last)
    // Whatever comes after a question shows that it is no longer asked.
    await question?.end()
    question = last.type === 'challenge' ? ask(relay, last.id, json) : undefined
    if (last.type === 'step') showStep(last.step, json)
  }
  await question?.end()
  if (last === undefined) throw new RelayError('internal', { detail: 'the sign-in ended without an outcome' })
  return last
}

function showStep(step: { name: string; text: string; ms: number; at: number }, json: boolean): void {
  if (json) printJson({ step: step.name, text: step.text, ms: step.ms, at: step.at })
  else printLine(`${`${Math.round(step.at)} ms`.padStart(9)}  ${printable(step.text)} (${Math.round(step.ms)} ms)`)
}

export function showOutcome(event: SessionEvent, json: boolean): void {
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
  if (json) printJson({ outcome: 'failed', account: event.account.name, kind: event.kind, seen: event.seen, next: event.next })
  else printLine(`Failed: ${event.kind}. Seen: ${event.seen.map(printable).join('; ')}`)
}

/** A question on this terminal, while the sign-in goes on. */
interface Question {
  /** Takes it back, if it still stands. */
  end(): Promise<void>
}

/** Where nobody sits at this terminal, says where else it can be answered. */
function ask(relay: RelayClient, id: string, json: boolean): Question | undefined {
  if (json || !process.stdin.isTTY) {
    printNote('A question waits for a person: answer it in the portal.')
    return undefined
  }
  const ending = new AbortController()
  const asked = answerHere(relay, id, ending.signal).catch((error: unknown) => printNote(asRelayError(error).message))
  return {
    async end() {
      ending.abort()
      await asked
    },
  }
}
