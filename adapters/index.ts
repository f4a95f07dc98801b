/**
 * Adapters: the plugins that know how a kind of site signs in, and the kit to write one.
 *
 * An adapter holds handles of secrets, never values. What an answer means is judged by evidence, from facts alone: a password goes
 * out a second time only where the site says that it was the captcha, and nothing else. Refuses behavioural challenges: it
 * names them and stops. Keeps laws 2, 3 and 8.
 */
export { answerField } from './answer-field.ts'
export { builtInAdapters } from './built-in.ts'
export type * from './contract.ts'
export { SignInFailure } from './contract.ts'
export { type AdapterDefinition, adapterApi, adapterProblem, apiProblem, defineAdapter } from './define-adapter.ts'
export { findSignOut } from './form/answers/sign-out-control.ts'
export { recogniseFields, type SentField, type SentFormFacts, type SentPasswords } from './form/change/recognise-fields.ts'
export { type Meaning, meaningOf } from './form/messages/messages.ts'
export { leadsOn } from './on-load/leads-on.ts'
export { sendsFormOnLoad } from './on-load/sends-form.ts'
export { signedOutBy } from './signed-out-signs.ts'
export { findSign, type Sign, type SignFacts, type Signs, signInWords, signs } from './signs.ts'
export { importScript, type ReadSteps, readSteps, stepsFile } from './steps/index.ts'
export { type Names, transform } from './transform/transform.ts'
