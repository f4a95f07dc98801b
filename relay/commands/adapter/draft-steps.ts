import { stepsFile } from '../../../adapters/index.ts'
import type { Fixture } from './fixture.ts'
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
  const after = exchanges.slice(exchanges.findIndex(({ fields }) => fields !== undefined))
  const expected = after.flatMap(({ headers }) =>
    headers.flatMap(([header, value]) => (header === 'set-cookie' && /=redacted/.test(value) ? [`cookie=${value.split('=')[0]}`] : [])),
  )
  const landing = [...after].reverse().find(({ method, status }) => method === 'GET' && status === 200)
  const paths = landing === undefined ? [] : [`path=${new URL(landing.url).pathname}`]
  const text = stepsFile(name, `Recorded at ${new URL(url).host}`, { steps: steps, notes })
  const targets = [...new Set([...expected, ...paths])].map((target) => `      - ${JSON.stringify(target)}\n`).join('')
  const signs = targets === '' ? '' : `  - expect:\n    # Keep what only a signed-in person gets.\n      signed-in:\n${targets}`
  const lands = landing === undefined ? '' : `landing: ${JSON.stringify(new URL(landing.url).pathname)}\n`
  return `${text}${signs}${lands}signedOut: { redirectTo: [${JSON.stringify(new URL(url).pathname)}] }\n`
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
