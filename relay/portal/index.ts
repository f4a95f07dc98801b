/**
 * The portal: web pages and the HTTP API, over one set of rules.
 *
 * Refuses: names it does not go by, requests that change something and come from another page, unknown fields, the local administrator's
 * token from any other machine. Others' things are answered like things that do not exist.
 * Keeps laws 1 (no answer, log or error holds a password), 4 (opening a link spends nothing), 7 and 8.
 */
export type { Learned } from './accounts/learn-signs.ts'
export type { Portal } from './contract.ts'
export { createPortal } from './create-portal.ts'
export { tellLent } from './lending/tell-lending.ts'
export { linkAddress } from './link-address.ts'
export { portalUrl } from './portal-url.ts'
