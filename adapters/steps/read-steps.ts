import { z } from 'zod'
import { nearest, readYaml, schemaProblem, type YamlFile } from '../../config/index.ts'
import { RelayError } from '../../relay/errors.ts'
import type { SignedOutSigns } from '../contract.ts'
import { adapterApi, apiProblem } from '../define-adapter.ts'
import { accountNames, commands, factKinds, placeholders, type Step, type Steps, stepsSchema, targetKinds } from './run/schema.ts'

/** A file of steps, and what its adapter says of itself. */
export interface ReadSteps {
  readonly definition: Steps
  readonly facts: {
    readonly name: string
    readonly description: string
    readonly hooks: ('signIn' | 'isSignedIn' | 'signOut')[]
    /** JSON Schema. */
    readonly settings: Record<string, unknown>
    readonly signedOut: SignedOutSigns
  }
}

/** Reads a file of steps. `adapter_unfit` names file and line, and for a word that is not known the nearest that is. `text`: instead of what the file holds. */
export function readSteps(path: string, text?: string): ReadSteps {
  const file = read(path, text)
  const { api } = file.values
  if (typeof api === 'number' && api !== adapterApi) throw unfit(file, ['api'], apiProblem(api))
  const parsed = stepsSchema.safeParse({ ...file.values, steps: writtenOut(file.values.steps) })
  if (!parsed.success) {
    const { keys, problem } = schemaProblem(stepsSchema, parsed.error)
    throw unfit(file, keys, `${keys.at(-1) ?? 'it'}: ${problem}`)
  }
  const definition = parsed.data
  for (const [index, step] of definition.steps.entries())
    checkStep(step, definition, (keys, problem) => unfit(file, ['steps', String(index), ...keys], problem))
  return { definition, facts: factsOf(definition) }
}

/** `expect: TARGET` is short for `expect: { signed-in: TARGET }`. */
function writtenOut(steps: unknown): unknown {
  if (!Array.isArray(steps)) return steps
  return steps.map((step: unknown) => {
    const expected = typeof step === 'object' && step !== null && 'expect' in step ? step.expect : undefined
    return typeof expected === 'string' || Array.isArray(expected) ? { ...(step as object), expect: { 'signed-in': expected } } : step
  })
}

function checkStep(step: Step, { settings }: Steps, wrong: (keys: readonly string[], problem: string) => RelayError): void {
  const given = commands.filter((command) => step[command] !== undefined)
  if (given.length !== 1) throw wrong([], `a step is one of ${commands.join(', ')}${given.length === 0 ? '' : `, not ${given.join(' and ')} at once`}`)
  if (step.fill !== undefined && step.with === undefined) throw wrong(['fill'], 'with: what goes into the field is not said')
  for (const key of ['fill', 'click', 'code', 'image', 'wait'] as const) {
    const target = step[key]
    if (typeof target === 'string') checkTarget(target, targetKinds, (problem) => wrong([key], problem))
  }
  for (const targets of Object.values(step.expect ?? {})) {
    for (const target of [targets ?? []].flat()) checkTarget(target, [...targetKinds, ...factKinds], (problem) => wrong(['expect'], problem))
  }
  const known = [...accountNames, 'login', ...Object.keys(settings)]
  for (const key of ['open', 'with'] as const) checkPlaceholders(step[key] ?? '', known, (problem) => wrong([key], problem))
}

function checkTarget(target: string, kinds: readonly string[], wrong: (problem: string) => RelayError): void {
  const [, kind, value] = /^(\w*)=(.*)$/s.exec(target) ?? []
  if (kind !== undefined && kinds.includes(kind) && value !== '') return
  const near = kind === undefined ? undefined : nearest(kind, kinds)
  throw wrong(`a target begins with ${kinds.map((one) => `${one}=`).join(', ')}${near === undefined ? '' : `; the nearest is \`${near}=\``}`)
}

function checkPlaceholders(text: string, known: readonly string[], wrong: (problem: string) => RelayError): void {
  const parts = placeholders(text)
  const names = parts.flatMap((part) => ('name' in part ? [part.name] : []))
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, known)
    throw wrong(`{${unknown}} is not known${near === undefined ? '' : `; the nearest is {${near}}`}`)
  }
  const secret = names.find((name) => name === 'password' || name === 'totp')
  if (secret !== undefined && parts.length > 1) throw wrong(`{${secret}} stands alone: nothing is put before or after a secret`)
}

function factsOf({ name, description, settings, signedOut }: Steps): ReadSteps['facts'] {
  const schema = z.strictObject(Object.fromEntries(Object.entries(settings).map(([key, meaning]) => [key, z.string().min(1).describe(meaning)])))
  return { name, description, signedOut, hooks: ['signIn', 'isSignedIn', 'signOut'], settings: z.toJSONSchema(schema) as Record<string, unknown> }
}

function read(path: string, text: string | undefined): YamlFile {
  try {
    return readYaml(path, text)
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    throw new RelayError('adapter_unfit', { params: { file: path, problem: error.message }, cause: error })
  }
}

function unfit(file: YamlFile, keys: readonly string[], problem: string): RelayError {
  return new RelayError('adapter_unfit', { params: { file: `${file.path}:${file.lineOf(keys)}`, problem } })
}
