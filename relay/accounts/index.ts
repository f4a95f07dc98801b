/**
 * Accounts: the sites that are enrolled and the accounts people keep there.
 *
 * Refuses: a site on a public suffix, a second account of the same name. Gives credentials as handles only.
 * Keeps laws 1, 2 and 3 (attention).
 */
export type { Account, Accounts, Attention, Credential, Delivery, Network, Site } from './contract.ts'
