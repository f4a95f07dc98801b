/** A browser without a window: opens pages, fills and sends forms, follows redirects, keeps cookies, stays within its limits. */
export { createBrowser, type KeptByScripts, type WindowlessBrowser } from './browser.ts'
export type { Control } from './forms/controls.ts'
export type { PlacedSecret } from './forms/entry-list.ts'
export { type FormPlace, PageForm } from './forms/form.ts'
export { ParsedPage } from './page.ts'
export type { BrowserLimits } from './requests/navigate.ts'
export type { PageRequest } from './requests/page-request.ts'
export { tokenValue } from './requests/session-token.ts'
