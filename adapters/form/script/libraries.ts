import { joined, type Made, made, operation, unknown, type Value, writtenAs } from './value.ts'

/** The calls of well-known libraries, by the names under which pages have them. */

const hashes = 'md5|sha1|sha256|sha384|sha512|sm3'

/** `md5(x)`, `hex_md5(x)`, `b64_sha1(x)`, `$.md5(x)`, `SparkMD5.hash(x)`, `sha256_digest(x)`. */
const hashNames = new RegExp(`^(?:.*\\.)?(hex_|b64_|str_)?(${hashes})(?:_digest|Hex|hex|\\.hash|\\.hex)?$`, 'i')
const cryptoJs = /^CryptoJS\.(Hmac)?(MD5|SHA1|SHA256|SHA384|SHA512|SM3)$/

/** What a call of a library gives; undefined: it is none that is known. `given` are the arguments, undefined where one is not known. */
export function callLibrary(path: string, given: readonly (Made | undefined)[], values: readonly Value[]): Made | undefined {
  const [first, second] = given
  const [, prefix = '', hash] = hashNames.exec(path.replace(/^(?:SparkMD5|md5)\.hash$/i, 'md5')) ?? []
  const [, hmac, name] = cryptoJs.exec(path) ?? []
  if (name !== undefined) return hmac === undefined ? byCryptoJs(name.toLowerCase(), [first]) : byCryptoJs(`hmac${capital(name)}`, [second, first])
  if (hash !== undefined && values.length >= 1) {
    const whole = operation(hash.toLowerCase(), [first])
    return prefix.toLowerCase() === 'b64_' && whole !== undefined ? writtenAs(whole, 'base64') : whole
  }
  switch (path.replace(/^(?:window|self|smCrypto|\$|jQuery|CryptoJS\.enc)\./, '')) {
    case 'Utf8.parse':
    case 'trim':
    case 'String':
      return first
    case 'Hex.parse':
      return operation('unhex', [first])
    case 'Base64.parse':
      return operation('unbase64', [first])
    case 'Hex.stringify':
      return first && writtenAs(first, 'hex')
    case 'Base64.stringify':
    case 'hex2b64':
    case 'hextob64':
      return first && (writtenAs(first, 'base64') ?? (first.isBytes ? operation('base64', [first]) : undefined))
    case 'btoa':
    case 'Base64.encode':
    case 'base64.encode':
    case 'b64encode':
      return operation('base64', [first])
    case 'encodeURIComponent':
      return operation('encodeURIComponent', [first])
    case 'sm2.doEncrypt':
    case 'sm2Encrypt':
      return operation(isZero(values[2]) ? 'sm2C1C2C3' : 'sm2', [second, first])
    case 'CryptoJS.AES.encrypt':
      return aes(given, values)
    case 'encryptedString':
    case 'RSAUtils.encryptedString':
      return byKeyPair(values[0], second)
    case 'randomString':
    case 'randomStr':
    case 'getRandomString':
      return random(values[0])
    case 'Date.now':
      return made('now()', false)
    default:
      return undefined
  }
}

/** What `new` of a library's name gives. */
export function makeCipher(path: string, given: readonly (Made | undefined)[]): Value | undefined {
  const key = given.filter((one) => one !== undefined)
  switch (path.replace(/^window\./, '')) {
    case 'JSEncrypt':
      return { is: 'cipher', kind: 'jsencrypt', key: new Map() }
    case 'RSAKey':
      return { is: 'cipher', kind: 'rsakey', key: new Map() }
    case 'RSAKeyPair':
    case 'RSAUtils.getKeyPair':
    case 'RSAUtils.RSAKeyPair': {
      const [e, , n] = given
      return key.length < 3 || e === undefined || n === undefined
        ? undefined
        : {
            is: 'cipher',
            kind: 'keypair',
            key: new Map([
              ['n', n],
              ['e', e],
            ]),
          }
    }
    default:
      return undefined
  }
}

/** A method of such an object: gives what it encrypts, or takes its key. */
export function callCipher(
  { kind, key }: Cipher,
  method: string,
  [first, second]: readonly (Made | undefined)[],
  set: (values: Cipher['key'], name: string, value: Value) => void,
): Made | undefined {
  if (kind === 'jsencrypt' && /^set(?:Public)?Key$/.test(method)) set(key, 'key', first ?? unknown)
  if (kind === 'rsakey' && method === 'setPublic')
    for (const [name, part] of [
      ['n', first],
      ['e', second],
    ] as const)
      set(key, name, part ?? unknown)
  if (method !== 'encrypt' || key.size === 0) return undefined
  const cipher = operation('rsa', [...keyParts(key), first])
  return kind === 'rsakey' && cipher !== undefined ? writtenAs(cipher, 'hex') : cipher
}

type Cipher = Extract<Value, { is: 'cipher' }>

function keyParts(key: Cipher['key']): (Made | undefined)[] {
  return [...key.values()].map((part) => (part.is === 'made' ? part : undefined))
}

/** Raw RSA whose first character is the lowest. */
function byKeyPair(pair: Value | undefined, text: Made | undefined): Made | undefined {
  if (pair?.is !== 'cipher' || pair.kind !== 'keypair' || text === undefined) return undefined
  // Pages that turn the text round themselves undo what the library does.
  const turned = text.by?.operation === 'reverse' ? made(text.by.of, text.isSecret) : operation('reverse', [text])
  return operation('rsaRaw', [...keyParts(pair.key), turned])
}

/** CryptoJS takes its own bytes as bytes, and text as UTF-8. */
function byCryptoJs(name: string, given: readonly (Made | undefined)[]): Made | undefined {
  return operation(name, given.map(asBytes), { isBytes: true })
}

function asBytes(part: Made | undefined): Made | undefined {
  return part?.isBytes === true ? writtenAs(part, 'bytes') : part
}

/** The key as bytes of a text; a passphrase would be stretched, and ends here. */
function aes([text, key]: readonly (Made | undefined)[], [, , options]: readonly Value[]): Made | undefined {
  if (options?.is !== 'record' || key === undefined) return undefined
  const [mode, padding, iv] = ['mode', 'padding', 'iv'].map((name) => options.values.get(name))
  const isPadded = padding === undefined || (padding.is === 'named' && padding.path === 'CryptoJS.pad.Pkcs7')
  const modeName = mode?.is === 'named' ? mode.path : mode === undefined ? 'CryptoJS.mode.CBC' : ''
  if (!isPadded) return undefined
  if (modeName === 'CryptoJS.mode.ECB') return operation('aesEcb', [asBytes(key), text])
  return modeName === 'CryptoJS.mode.CBC' && iv?.is === 'made' ? operation('aesCbc', [asBytes(key), asBytes(iv), text]) : undefined
}

function random(length: Value | undefined): Made | undefined {
  return length?.is === 'number' && length.value > 0 && length.value <= 256 ? made(`random(${length.value})`, false) : undefined
}

function isZero(mode: Value | undefined): boolean {
  return mode?.is === 'number' && mode.value === 0
}

function capital(name: string): string {
  return name.charAt(0) + name.slice(1).toLowerCase()
}

/** A method of a text. */
export function callText(text: Made, method: string, given: readonly (Made | undefined)[], values: readonly Value[]): Value | undefined {
  const [format] = values
  switch (method) {
    case 'trim':
    case 'valueOf':
      return text
    case 'toString':
      if (format === undefined) return { is: 'made', text: text.text, isSecret: text.isSecret, ...(text.by === undefined ? {} : { by: text.by }) }
      if (format.is === 'named') return /Base64$/.test(format.path) ? writtenAs(text, 'base64') : /Hex$/.test(format.path) ? writtenAs(text, 'hex') : undefined
      return undefined
    case 'toUpperCase':
      return isHex(text) ? writtenAs(text, 'HEX') : operation('upper', [text])
    case 'toLowerCase':
      return isHex(text) ? text : operation('lower', [text])
    case 'concat':
      return joined([text, ...given])
    case 'split':
      return format?.is === 'text' && format.value === '' ? { is: 'characters', of: text, isReversed: false } : undefined
    default:
      return undefined
  }
}

/** Text of a hash is hex until it is written otherwise. */
function isHex({ by }: Made): boolean {
  return by !== undefined && new RegExp(`^(?:${hashes}|hmac\\w+|sm2\\w*|rsaRaw)$`).test(by.operation)
}
