import { scrypt } from 'node:crypto'
import { RelayError } from '../errors.ts'
import { type KeySource, keyBytes, type MasterKey, masterKey, parseKey } from './master-key.ts'

/** A key in LOGIN_RELAY_MASTER_KEY, base64; LOGIN_RELAY_MASTER_KEY_NEXT brings the one to rotate to. */
export function environmentKeys(env: NodeJS.ProcessEnv): KeySource {
  const variable = 'LOGIN_RELAY_MASTER_KEY'
  return variableKeys(env, variable, async (text, name) => parseKey(text, name))
}

/** A key stretched from LOGIN_RELAY_PASSPHRASE; LOGIN_RELAY_PASSPHRASE_NEXT brings the one to rotate to. */
export function passphraseKeys(env: NodeJS.ProcessEnv): KeySource {
  return variableKeys(env, 'LOGIN_RELAY_PASSPHRASE', (text, _name, salt) => stretch(text, salt))
}

type Derive = (text: string, variable: string, salt: Buffer) => Promise<MasterKey>

function variableKeys(env: NodeJS.ProcessEnv, variable: string, derive: Derive): KeySource {
  const read = async (name: string, salt: Buffer) => {
    const text = env[name]
    return text === undefined || text === '' ? undefined : derive(text, name, salt)
  }
  const nextVariable = `${variable}_NEXT`
  return {
    severalMeanUnfinished: false,
    async load(salt) {
      const [present, next] = await Promise.all([read(variable, salt), read(nextVariable, salt)])
      if (present === undefined) throw new RelayError('vault_key_missing', { params: { source: `the variable ${variable}` } })
      return next === undefined ? [present] : [present, next]
    },
    async next([present, ...others], salt) {
      const next = await read(nextVariable, salt)
      // The same key again finishes a rotation that failed half-way; with nothing left to move it is no rotation.
      const known = next?.id === present?.id && others.length === 0
      if (next === undefined || known) throw new RelayError('vault_next_key_missing', { params: { variable: nextVariable } })
      return next
    },
    // Whoever started the relay takes the old one away.
    retireAllBut: async () => {},
  }
}

/** scrypt at the first of OWASP's parameters (Password Storage Cheat Sheet, 2025): N=2^17, r=8, p=1; 128 MiB. */
function stretch(passphrase: string, salt: Buffer): Promise<MasterKey> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, keyBytes, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }, (error, key) => {
      if (error === null) resolve(masterKey(key))
      else reject(error)
    })
  })
}
