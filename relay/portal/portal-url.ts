import type { Config } from '../../config/index.ts'
import { joinAddress, splitAddress } from '../listening.ts'

/** Where people reach the portal: the address they were given for it, or the one it listens at; `bound`: that, where it is known already. */
export function portalUrl({ publicUrl, listen, certificate, key }: Config['portal'], bound = listen): string {
  if (publicUrl !== undefined) return new URL(publicUrl).origin
  const { host } = splitAddress(listen)
  const scheme = certificate !== undefined && key !== undefined ? 'https' : 'http'
  return `${scheme}://${joinAddress(host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, splitAddress(bound).port)}`
}
