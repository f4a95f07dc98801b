import { z } from 'zod'

/** The hooks of an adapter that run in its process. */
export const hooks = ['signIn', 'isSignedIn', 'signOut', 'look', 'detect', 'passwordRules', 'changePassword', 'register'] as const
export type Hook = (typeof hooks)[number]

const number = z.int().min(0)
const text = z.string().max(4000)

/** An error, in either direction. `origin`: the number of the relay's own error that the adapter let through. */
const wireError = z.strictObject({
  name: z.string().max(200),
  message: text,
  stack: z.string().max(20_000).optional(),
  kind: z.string().max(40).optional(),
  seen: z.array(text).max(50).optional(),
  code: z.string().max(100).optional(),
  origin: number.optional(),
})
export type WireError = z.infer<typeof wireError>

/** What an adapter says of itself when it is loaded. */
const adapterFacts = z.strictObject({
  name: z.string().max(64),
  description: z.string().max(500),
  hooks: z.array(z.enum(hooks)),
  /** JSON Schema of its settings. */
  settings: z.record(z.string(), z.unknown()),
  signedOut: z.strictObject({
    status: z.array(z.int()).readonly().exactOptional(),
    redirectTo: z.array(z.string()).readonly().exactOptional(),
    removedCookies: z.array(z.string()).readonly().exactOptional(),
  }),
})
export type AdapterFacts = z.infer<typeof adapterFacts>

/** Every message that an adapter's process may send. */
export const fromAdapter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('loaded'), facts: adapterFacts }),
  z.strictObject({ type: z.literal('unfit'), problem: text }),
  z.strictObject({ type: z.literal('ask'), call: number, id: number, operation: z.string().max(40), given: z.array(z.unknown()).max(8), now: z.boolean() }),
  z.strictObject({ type: z.literal('done'), call: number, value: z.unknown() }),
  z.strictObject({ type: z.literal('failed'), call: number, error: wireError }),
  z.strictObject({ type: z.literal('reloaded'), id: number, value: z.unknown().optional(), error: wireError.optional() }),
  z.strictObject({ type: z.literal('pong') }),
])
export type FromAdapter = z.infer<typeof fromAdapter>

/** Every message that the relay sends. Values in `given` and `value` are packed. */
export type ToAdapter =
  | { readonly type: 'load'; readonly source: AdapterSource }
  | { readonly type: 'call'; readonly call: number; readonly hook: Hook; readonly given: CallGiven }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: WireError }
  /** Asks for a fresh captcha image, by the function that the adapter gave with `readCaptcha`. */
  | { readonly type: 'reload'; readonly id: number; readonly ask: number }
  | { readonly type: 'abort'; readonly call: number }
  | { readonly type: 'ping' }

/** Where an adapter comes from: a module, or a list of steps as its file has it. */
export type AdapterSource = { readonly module: string } | { readonly steps: unknown }

/** What a hook is given: all that is data. Packed. */
export interface CallGiven {
  readonly site?: unknown
  readonly settings: unknown
  readonly username?: unknown
  readonly secrets?: unknown
  readonly captchaTries?: unknown
  readonly next?: unknown
  /** What else the hook takes, where it is data. */
  readonly more?: unknown
  readonly page?: unknown
}
