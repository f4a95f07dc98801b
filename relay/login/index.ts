/**
 * Login: the sign-in engine. A browser without a window, the page and form model, the engine that runs an adapter.
 *
 * Refuses: to try a wrong password twice, to read more than a login page holds, to follow redirects without end.
 * Keeps laws 2, 3 and 8.
 */

export type { CaptchaStats, Tally } from '../../captcha/index.ts'
export { decodePage } from './browser/html/decode-page.ts'
export { readPage } from './browser/read-page.ts'
export { userAgent } from './browser/requests/request-headers.ts'
export { findChromium } from './browser-engine/find-chromium.ts'
export { CaptchaMemories } from './captcha/captcha-memories.ts'
export type { Login, LoginStep, PageForm, ProbeReport, SessionState, SignInOutcome, SignInTiming, Snapshot } from './contract.ts'
export { CookieJar, type StoredCookie } from './cookies/index.ts'
export { createLogin } from './create-login.ts'
export type { SignInTrace } from './evidence/contract.ts'
export { learnSigns } from './evidence/learn-signs.ts'
export { redactPage } from './evidence/redact-page.ts'
export { redactor } from './evidence/redact-text.ts'
export { changesBetween } from './probe/compare.ts'
export { goesTo, headerParts } from './session-header.ts'
