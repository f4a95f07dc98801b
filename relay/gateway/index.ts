/**
 * The gateway: every account at a host of its own, `https://ACCOUNT.relay.example/`, for people who can set neither proxy nor CA.
 *
 * Refuses: who is not signed in at the portal, or may not use the account; what a page of another host sends, another account's
 * too; a name that is no account's; a service worker; a message that can be read in two ways. The site's session stays in the relay.
 * Keeps laws 1 and 7.
 */
export { gatewayDomain } from './account-hosts.ts'
export type { Gateway } from './contract.ts'
export { createGateway } from './create-gateway.ts'
