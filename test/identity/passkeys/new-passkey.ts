import type { NewPasskey } from '../../../relay/identity/index.ts'

/** A passkey as it is kept, of no authenticator: what it proves is tested with Chromium's. */
export function newPasskey(name: string, host = 'localhost'): NewPasskey {
  return { credentialId: `credential ${name} ${host}`, publicKey: '', counter: 0, transports: [], host, name }
}
