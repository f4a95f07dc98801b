/** A browser without a window: opens pages, fills and sends forms, follows redirects, keeps cookies, stays within its limits. */
export { type BrowserOptions, createBrowser, type WindowlessBrowser } from './browser.ts'
export type { BrowserLimits } from './navigate.ts'
export type { ParsedPage } from './page.ts'
export type { PageRequest } from './page-request.ts'
export { tokenValue } from './session-token.ts'
