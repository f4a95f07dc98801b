/**
 * Identity: who is asking. Users with passwords (scrypt), portal sessions, device tokens.
 *
 * Refuses: guessing (growing delay per user and per address), user enumeration, a revoked device. Stores hashes only.
 * Keeps laws 1 and 7.
 */
export type { Device, Identity, PortalSession, Principal, User } from './contract.ts'
