import { constants, createDecipheriv, createHash, createHmac, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto'
import smCrypto from 'sm-crypto'
import { homePages } from '../home-pages.ts'
import { type Answer, type BusinessSite, formOf, type ReceivedRequest, type SiteOptions, seeOther, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'

/** What the page's script makes of the password, and by which settings a relay does the same. */
export type HashingScheme = keyof typeof schemes

export interface HashingSite extends BusinessSite {
  readonly book: SignInBook
  /** What arrived in the password's place, in order. */
  readonly received: readonly string[]
  /** The form adapter's settings for this site. */
  readonly settings: Readonly<Record<string, unknown>>
}

interface Scheme {
  /** What stands in the page for the script: fields, elements, variables. `nonce` is new with every page. */
  readonly page: (nonce: string) => string
  readonly settings: Readonly<Record<string, unknown>>
  /** Is this what the script makes of the password, on the page with this nonce? */
  readonly isRight: (given: URLSearchParams, password: string, nonce: string) => boolean
  /** The script of the page's own that does it, and whether it is in a file. Libraries are left out: nobody runs it here. */
  readonly script?: string
  readonly isFile?: true
}

const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 1024 })
const rsaPem = rsaKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const rsaNumbers = rsaKeys.publicKey.export({ format: 'jwk' })
const sm2Keys = smCrypto.sm2.generateKeyPairHex()
const hexOf = (base64url: string | undefined) => Buffer.from(base64url ?? '', 'base64url').toString('hex')
const hash = (name: string, text: string, as: 'hex' | 'base64' = 'hex') => createHash(name).update(text).digest(as)
const inField = (field: string, made: (password: string, nonce: string) => string): Scheme['isRight'] => {
  return (given, password, nonce) => given.get(field) === made(password, nonce)
}
const decrypted = (
  field: string,
  open: (cipher: string) => string,
  made: (password: string, nonce: string) => string = (password) => password,
): Scheme['isRight'] => {
  return (given, password, nonce) => open(given.get(field) ?? '') === made(password, nonce)
}
const rsaOpen = (padding: number, as: BufferEncoding, oaepHash?: string) => (cipher: string) =>
  privateDecrypt({ key: rsaKeys.privateKey, padding, ...(oaepHash === undefined ? {} : { oaepHash }) }, Buffer.from(cipher, as)).toString()

export const schemes = {
  md5: {
    page: () => '',
    settings: { transform: 'md5(password)' },
    isRight: inField('password', (password) => hash('md5', password)),
    script: 'function encrypt(f) { f.password.value = hex_md5(f.password.value); return true }',
    isFile: true,
  },
  'md5 by a script that says so': {
    page: () => '<script>function encrypt(f) { f.password.value = hex_md5(f.password.value); return true }</script>',
    settings: {},
    isRight: inField('password', (password) => hash('md5', password)),
  },
  'md5 twice with a salt of the page': {
    script:
      'function encrypt(form) { var salt = document.getElementById("salt").value; form.password.value = $.md5($.md5(form.password.value) + salt); return true }',
    page: (nonce) => `<input type="hidden" id="salt" name="salt" value="${nonce}">`,
    settings: { read: { salt: { field: 'salt' } }, transform: 'md5(md5(password) + salt)' },
    isRight: inField('password', (password, nonce) => hash('md5', hash('md5', password) + nonce)),
  },
  'sha1 in capitals': {
    script:
      'const encrypt = (form) => { const input = document.querySelector("input[name=password]"); input.value = sha1(input.value).toUpperCase(); return true }',
    page: () => '',
    settings: { transform: 'sha1.HEX(password)' },
    isRight: inField('password', (password) => hash('sha1', password).toUpperCase()),
  },
  'sha256 into a field of its own': {
    script:
      'function encrypt(f) { $("input[name=digest]").val(CryptoJS.enc.Base64.stringify(CryptoJS.SHA256($("[name=password]").val()))); $("[name=password]").val(""); return true }',
    page: () => '<input type="hidden" name="digest">',
    settings: { values: { digest: '{sha256.base64(password)}' } },
    isRight: (given, password) => given.get('digest') === hash('sha256', password, 'base64') && given.get('password') === '',
  },
  'sha512 with the user name': {
    script:
      'function hash(user, pass) { return CryptoJS.SHA512(user.toLowerCase() + ":" + pass).toString() } function encrypt(f) { f.password.value = hash(f.username.value.trim(), f.password.value) }',
    isFile: true,
    page: () => '',
    settings: { transform: 'sha512(lower(username) + ":" + password)' },
    isRight: (given, password) => given.get('password') === hash('sha512', `${given.get('username')?.toLowerCase()}:${password}`),
  },
  'hmac with a nonce of a script': {
    script: 'function encrypt(f) { f.password.value = CryptoJS.HmacSHA256(f.password.value, config.nonce).toString(CryptoJS.enc.Hex) }',
    page: (nonce) => `<script>var config = { nonce: "${nonce}" };</script>`,
    settings: { read: { nonce: { text: '/nonce: "(\\w+)"/' } }, transform: 'hmacSha256(nonce, password)' },
    isRight: inField('password', (password, nonce) => createHmac('sha256', nonce).update(password).digest('hex')),
  },
  'rsa pkcs1 with a key of the page': {
    script:
      'function encrypt(f) { var e = new JSEncrypt(); e.setPublicKey(document.getElementById("key").textContent); f.password.value = e.encrypt(f.password.value) }',
    isFile: true,
    page: () => `<textarea id="key" hidden>${rsaPem}</textarea>`,
    settings: { read: { key: { element: '#key' } }, transform: 'rsa(key, password)' },
    isRight: decrypted('password', rsaOpen(constants.RSA_PKCS1_PADDING, 'base64')),
  },
  'rsa with modulus and exponent': {
    page: () =>
      `<script>function encrypt(f) { var rsa = new RSAKey(); rsa.setPublic("${hexOf(rsaNumbers.n)}", "${hexOf(rsaNumbers.e)}"); var cipher = rsa.encrypt(f.password.value); if (cipher) { f.password.value = cipher; return true } return false }</script>`,
    settings: { read: { n: { text: '/setPublic\\("(\\w+)"/' }, e: { text: '/setPublic\\("\\w+", "(\\w+)"/' } }, transform: 'rsa.hex(n, e, password)' },
    isRight: decrypted('password', rsaOpen(constants.RSA_PKCS1_PADDING, 'hex')),
  },
  'rsa without padding, the first character lowest': {
    page: () =>
      `<script>setMaxDigits(131); var key = new RSAKeyPair("${hexOf(rsaNumbers.e)}", "", "${hexOf(rsaNumbers.n)}"); function encrypt(f) { f.password.value = encryptedString(key, f.password.value) }</script>`,
    settings: { read: { e: { text: '/RSAKeyPair\\("(\\w+)"/' }, n: { text: '/"", "(\\w+)"/' } }, transform: 'rsaRaw(n, e, reverse(password))' },
    isRight: decrypted('password', (cipher) => {
      const number = rsaOpen(constants.RSA_NO_PADDING, 'hex')(cipher).replace(/^\0+/, '')
      return Array.from(number).reverse().join('')
    }),
  },
  'rsa oaep with a key of an address, and a nonce': {
    page: (nonce) => `<meta name="nonce" content="${nonce}">`,
    settings: { read: { key: { url: '/key', json: 'data.publicKey' }, nonce: { meta: 'nonce' } }, transform: 'rsaOaepSha256(key, nonce + password)' },
    isRight: decrypted('password', rsaOpen(constants.RSA_PKCS1_OAEP_PADDING, 'base64', 'sha256'), (password, nonce) => nonce + password),
  },
  'aes with a key of the page': {
    script:
      'function encryptAES(data, aesKey) { if (!aesKey) { return data } var encrypted = getAesString(randomString(64) + data, aesKey, randomString(16)); return encrypted }\nfunction getAesString(data, key0, iv0) { key0 = key0.replace(/(^\\s+)|(\\s+$)/g, ""); var key = CryptoJS.enc.Utf8.parse(key0); var iv = CryptoJS.enc.Utf8.parse(iv0); var encrypted = CryptoJS.AES.encrypt(data, key, { iv: iv, mode: CryptoJS.mode.CBC, padding: CryptoJS.pad.Pkcs7 }); return encrypted.toString() }\nfunction randomString(len) { var retStr = ""; for (i = 0; i < len; i++) { retStr += $aes_chars.charAt(Math.floor(Math.random() * aes_chars_len)) } return retStr }\nfunction encrypt(f) { $("[name=password]").val(encryptAES($("[name=password]").val(), $("#pwdEncryptSalt").val())) }',
    isFile: true,
    page: (nonce) => `<input type="hidden" id="pwdEncryptSalt" value="${nonce}">`,
    settings: { read: { key: { field: 'pwdEncryptSalt' } }, transform: 'aesCbc(key, random(16), random(64) + password)' },
    isRight: (given, password, nonce) => {
      const decipher = createDecipheriv('aes-128-cbc', nonce, Buffer.alloc(16))
      const text = Buffer.concat([decipher.update(given.get('password') ?? '', 'base64'), decipher.final()])
      // The initial vector is told to nobody: it spoils the first block, which is random.
      return text.subarray(64).toString() === password
    },
  },
  sm2: {
    page: () =>
      `<script>const publicKey = "${sm2Keys.publicKey}"; document.querySelector("form").addEventListener("submit", (event) => { const input = event.target.elements["password"]; input.value = "04" + sm2.doEncrypt(input.value, publicKey, 1) })</script>`,
    settings: { read: { key: { text: '/publicKey = "(\\w+)"/' } }, transform: '"04" + sm2(key, password)' },
    isRight: decrypted('password', (cipher) => smCrypto.sm2.doDecrypt(cipher.slice(2), sm2Keys.privateKey, 1)),
  },
  'sm3 of sm3 with a nonce': {
    script: 'function encrypt(f) { var nonce = $("[name=nonce]").val(); f.password.value = sm3(sm3(f.password.value) + nonce) }',
    page: (nonce) => `<input type="hidden" name="nonce" value="${nonce}">`,
    settings: { read: { nonce: { field: 'nonce' } }, transform: 'sm3(sm3(password) + nonce)' },
    isRight: inField('password', (password, nonce) => smCrypto.sm3(smCrypto.sm3(password) + nonce)),
  },
} satisfies Record<string, Scheme>

/** A server whose page's script hashes or encrypts the password before the form is sent. Careless: it repeats what it refuses. */
export async function startHashingSite(scheme: HashingScheme, options: SiteOptions & { username?: string; password?: string } = {}): Promise<HashingSite> {
  const { page, settings, isRight, script = '', isFile }: Scheme = schemes[scheme]
  const scriptTag = script === '' ? '' : isFile === true ? '<script src="/login.js"></script>' : `<script>${script}</script>`
  const account = { username: options.username ?? 'ann', password: options.password ?? 'correct horse' }
  const book = new SignInBook(account.username, account.password)
  const received: string[] = []
  const nonces = new Map<string, string>()

  const loginPage = (message: string): Answer => {
    const [visit, nonce] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
    nonces.set(visit, nonce)
    const body = `<!doctype html><title>Log in</title><p class="error">${message}</p><form method="post" action="/login" onsubmit="return encrypt(this)">
<input name="username" placeholder="User name"><input type="password" name="password" placeholder="Password">${page(nonce)}<button>Log in</button></form>${scriptTag}`
    return { headers: { 'set-cookie': `visit=${visit}; Path=/` }, body }
  }
  const signIn = (request: ReceivedRequest): Answer => {
    const given = formOf(request)
    const nonce = nonces.get(request.cookies.visit ?? '') ?? ''
    nonces.delete(request.cookies.visit ?? '')
    received.push(
      [...given]
        .filter(([name]) => name !== 'username')
        .map(([, value]) => value)
        .join(' '),
    )
    // The server's own password, so that the book knows it as right or wrong.
    const id = book.signIn(given.get('username') ?? '', holds(() => isRight(given, account.password, nonce)) ? account.password : '')
    return id === undefined ? loginPage(`Invalid user name or password: ${received.at(-1)}`) : seeOther('/home', [`sid=${id}; Path=/; HttpOnly`])
  }

  const site = await serve((request) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return loginPage('')
      case 'GET /login.js':
        return { headers: { 'content-type': 'text/javascript' }, body: script }
      case 'GET /key':
        return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data: { publicKey: rsaPem.replace(/-----.*-----|\n/g, '') } }) }
      case 'POST /login':
        return signIn(request)
      default:
        return homePages(book, request)
    }
  }, options)
  return { ...site, book, received, settings }
}

/** What cannot even be decrypted is not right. */
function holds(isRight: () => boolean): boolean {
  try {
    return isRight()
  } catch {
    return false
  }
}
