import { z } from 'zod'
import { RelayError } from '../../relay/errors.ts'
import { targetKinds } from './run/schema.ts'

/** A step of JumpServer's script for filling in a sign-in page, as its web assets and platforms hold it. */
const scriptStep = z.object({
  step: z.coerce.number().default(0),
  command: z.string(),
  target: z.string().nullish(),
  value: z.union([z.string(), z.number()]).nullish(),
})

/** The settings around it: a script, or three selectors. */
const autofill = z.object({
  autofill: z.string().optional(),
  script: z.array(scriptStep).default([]),
  username_selector: z.string().optional(),
  password_selector: z.string().optional(),
  submit_selector: z.string().optional(),
})
type Autofill = z.infer<typeof autofill>

/** The same sign-in as our own steps, as they stand in a file, and what could not be taken over. */
export interface ImportedScript {
  readonly steps: readonly Readonly<Record<string, string | number>>[]
  readonly notes: readonly string[]
}

/**
 * Reads a script of JumpServer (`{step, command, target, value}`, commands open, type, click, code, select_frame, sleep): the list
 * itself, or what it stands in (`{script: [...]}`, an asset or platform with `spec_info` or `specific`).
 *
 * @throws RelayError `adapter_unfit` for what is none of these.
 */
export function importScript(file: string, given: unknown): ImportedScript {
  const found = findAutofill(given)
  if (found === undefined) throw new RelayError('adapter_unfit', { params: { file, problem: 'it holds no list of {step, command, target, value}' } })
  const script = found.script.length > 0 && found.autofill !== 'basic' ? found.script : basicScript(found)
  const steps: Record<string, string | number>[] = []
  const notes: string[] = []
  for (const one of [...script].sort((a, b) => a.step - b.step)) {
    const step = toStep(one)
    if (typeof step === 'string') notes.push(`step ${one.step}: ${step}`)
    else steps.push(step)
  }
  return { steps, notes }
}

function findAutofill(given: unknown): Autofill | undefined {
  if (Array.isArray(given)) return autofill.safeParse({ script: given }).data
  if (typeof given !== 'object' || given === null) return undefined
  const { asset, spec_info, specific, script, username_selector } = given as Record<string, unknown>
  if (script !== undefined || username_selector !== undefined) return autofill.safeParse(given).data
  const inner = asset ?? spec_info ?? specific
  return inner === undefined ? undefined : findAutofill(inner)
}

/** What JumpServer does of three selectors. */
function basicScript({ username_selector, password_selector, submit_selector }: Autofill): z.infer<typeof scriptStep>[] {
  return [
    { step: 1, command: 'type', target: username_selector, value: '{USERNAME}' },
    { step: 2, command: 'type', target: password_selector, value: '{SECRET}' },
    { step: 3, command: 'click', target: submit_selector, value: '' },
  ]
}

/** Our own step, or why there is none. */
function toStep({ command, target, value }: z.infer<typeof scriptStep>): Record<string, string | number> | string {
  const given = String(value ?? '')
  // Without a target, JumpServer passes over a step.
  if (target === undefined || target === null || target === '') return `${command} has no target, so it never did anything`
  switch (command) {
    case 'open':
      return { open: given }
    case 'type':
      return { fill: toTarget(target), with: toText(given) }
    case 'click':
    case 'button':
      return { click: toTarget(target) }
    case 'code':
      return { code: toTarget(target), from: 'person' }
    case 'sleep':
      return { wait: Number.parseInt(target, 10) || 1 }
    case 'select_frame':
      return toFrame(target)
    default:
      return `${command} is no command that is known`
  }
}

/** How Selenium finds elements, by the first word; a word that is not known means a name. */
function toTarget(target: string): string {
  const at = target.indexOf('=')
  const kind = target.slice(0, Math.max(at, 0)).toLowerCase()
  const value = target.slice(at + 1)
  if (kind === 'class_name') return `css=.${value}`
  if (kind === 'css_selector') return `css=${value}`
  return kind !== 'text' && (targetKinds as readonly string[]).includes(kind) ? `${kind}=${value}` : `name=${value}`
}

function toText(text: string): string {
  return text.replaceAll('{USERNAME}', '{username}').replaceAll('{SECRET}', '{password}')
}

function toFrame(target: string): Record<string, string> | string {
  const [kind = '', value = ''] = target.split(/=(.*)/s)
  if (kind === 'index') {
    return Number(value) < 0
      ? 'the page around a frame needs no step: elements are looked for there too'
      : { open: `xpath=(//iframe | //frame)[${Number(value) + 1}]` }
  }
  const wanted = kind === 'id' || kind === 'name' ? value : target
  return { open: `css=iframe[id=${JSON.stringify(wanted)}], iframe[name=${JSON.stringify(wanted)}], frame[name=${JSON.stringify(wanted)}]` }
}
