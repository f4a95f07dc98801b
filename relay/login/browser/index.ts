/** A browser without a window: opens pages, fills and sends forms, follows redirects, keeps cookies, stays within its limits. */
export { createBrowser, type KeptByScripts, type WindowlessBrowser } from './browser.ts'
export type { Control } from './controls.ts'
export type { PlacedSecret } from './entry-list.ts'
export { type FormPlace, PageForm } from './form.ts'
export type { BrowserLimits } from './navigate.ts'
export { ParsedPage } from './page.ts'
export type { PageRequest } from './page-request.ts'
export { tokenValue } from './session-token.ts'
