import { type Host, readHost } from '../destinations/host.ts'

/** Reads `host`, `host:port`, an address of IPv6 in brackets where a port follows. `destination_refused` for what is no host. */
export function readEndpointAddress(text: string): { readonly host: Host; readonly port?: number } {
  const [, name = '', digits = ''] = /^(.*?):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  // An address of IPv6 without brackets has colons of its own.
  const isPort = name !== '' && port > 0 && port < 65_536 && (!name.includes(':') || name.endsWith(']'))
  return isPort ? { host: readHost(name), port } : { host: readHost(text) }
}
