import { stepsFile } from '../../../../adapters/index.ts'
import { type Fixture, fixturePassword } from '../fixture.ts'
import type { Gesture } from './recording.ts'
import type { Typed } from './redact-recording.ts'

type Step = Record<string, string | number>

/** A first list of steps for what a person did: he reads it, and says more where the site needs more. */
export function draftSteps(name: string, gestures: readonly Gesture[], typed: Typed, { url, exchanges }: Fixture): string {
  const last = new Map<string, Gesture>()
  for (const one of gestures) if (one.what === 'type') last.set(one.id || one.name, one)
  const done = new Set<string>()
  const steps: Step[] = []
  const notes: string[] = []
  for (const one of gestures) {
    const key = one.what === 'press' ? `press ${targetOf(one)}` : one.id || one.name
    // What is done again is an attempt after one that was refused.
    if (!done.has(key)) {
      done.add(key)
      if (one.what === 'press') steps.push({ click: targetOf(one) })
      else steps.push(...fillSteps(one, last.get(key)?.value ?? '', typed, notes))
    }
  }
  if (!steps.some((step) => 'click' in step)) steps.push({ click: 'css=form' })
  const { signs, landing } = whatCame(exchanges)
  const text = stepsFile(name, `Recorded at ${new URL(url).host}`, { steps: steps, notes })
  const targets = signs.map((target) => `      - ${JSON.stringify(target)}\n`).join('')
  const expected = targets === '' ? '' : `  - expect:\n    # Keep what only a signed-in person gets.\n      signed-in:\n${targets}`
  const lands = landing === undefined ? '' : `landing: ${JSON.stringify(landing)}\n`
  return `${text}${expected}${lands}signedOut: { redirectTo: [${JSON.stringify(new URL(url).pathname)}] }\n`
}

/** Signs are what came after the password and had not come before it: what comes before comes with a wrong one, too. */
function whatCame(exchanges: Fixture['exchanges']): { signs: string[]; landing: string | undefined } {
  const sent = exchanges.findLastIndex(({ fields = {} }) => Object.values(fields).includes(fixturePassword))
  const at = sent < 0 ? exchanges.findLastIndex(({ fields }) => fields !== undefined) : sent
  const [before, after] = [exchanges.slice(0, at), exchanges.slice(at)]
  const known = new Set([...before.flatMap(cookiesOf), ...exchanges.slice(0, at + 1).map(({ url }) => `path=${new URL(url).pathname}`)])
  const last = after.findLast(({ method, status }) => method === 'GET' && status === 200)
  const landing = last === undefined ? undefined : new URL(last.url).pathname
  const came = [...after.flatMap(cookiesOf), ...(landing === undefined ? [] : [`path=${landing}`])]
  return { signs: [...new Set(came)].filter((sign) => !known.has(sign)), landing }
}

/** Those that were set; one that is taken away has no value. */
function cookiesOf({ headers }: Fixture['exchanges'][number]): string[] {
  return headers.flatMap(([header, value]) => (header === 'set-cookie' && /=redacted/.test(value) ? [`cookie=${value.split('=')[0]}`] : []))
}

function fillSteps(gesture: Gesture, value: string, { username, password }: Typed, notes: string[]): Step[] {
  const target = targetOf(gesture)
  if (gesture.type === 'checkbox' || gesture.type === 'radio') return [{ click: target }]
  if (value === password) return [{ fill: target, with: '{password}' }]
  if (value === username) return [{ fill: target, with: '{username}' }]
  if (gesture.autocomplete === 'one-time-code' || /code|otp|captcha|token/i.test(gesture.name + gesture.id)) return [{ code: target, from: 'person' }]
  notes.push(`what was typed into ${target}: fill it in from a setting`)
  return []
}

function targetOf({ id, name, type, tag, value, what }: Gesture): string {
  if (id !== '') return `id=${id}`
  if (name !== '') return `name=${name}`
  if (what === 'press' && value !== '') return `text=${value}`
  return type === '' ? `css=${tag}` : `css=${tag}[type=${type}]`
}
