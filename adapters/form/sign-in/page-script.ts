import type { Page } from '../../contract.ts'
import { namesOf } from '../../transform/template.ts'
import type { FormSettings } from '../settings.ts'
import { mentions, passwordWords } from '../words.ts'

/** What a page's own scripts make of the password before the form is sent. */
export type ScriptedPassword =
  /** Beyond doubt: the field's value is replaced by its hash. As a transform. */
  | { readonly is: 'known'; readonly transform: string }
  /** Something is made of it; which operations are named. */
  | { readonly is: 'unclear'; readonly operations: readonly string[] }

const hashes: Readonly<Record<string, string>> = { md5: 'md5', sha1: 'sha1', sha256: 'sha256', sha512: 'sha512', sm3: 'sm3' }

/**
 * `form.pw.value = hex_md5(form.pw.value)`, `$('#pw').val(md5($('#pw').val()))`: the same place on both sides. A place begins where a word does
 * and is short: without that, a long word takes the square of its length.
 */
const replaced = [
  /(?<![\w$.])([\w$.]{1,80}\.value)\s*=\s*(?:hex_|\$\.)?(md5|sha1|sha256|sha512|sm3)\(\s*\1\s*\)/gi,
  /\$\((["'][^"']{1,60}["'])\)\.val\(\s*(?:hex_|\$\.)?(md5|sha1|sha256|sha512|sm3)\(\s*\$\(\1\)\.val\(\)\s*\)\s*\)/gi,
]

const calls: readonly (readonly [call: RegExp, operation: string])[] = [
  [/\b(?:hex_|b64_|\$\.)?md5\s*\(|CryptoJS\.MD5/i, 'md5'],
  [/\b(?:hex_|b64_)?sha-?(?:1|256|512)\s*\(|CryptoJS\.(?:Hmac)?SHA/i, 'sha'],
  [/JSEncrypt|RSASetPublic|setPublicKey|encryptedString\s*\(|RSAKeyPair/i, 'rsa'],
  [/\bsm2\.doEncrypt|\bsm2Encrypt/i, 'sm2'],
  [/\bsm3\s*\(/i, 'sm3'],
  [/\bsm4\.|AES\.encrypt|encryptAES\s*\(|DES\.encrypt/i, 'aes'],
]

/** How much of a page's scripts is looked through, characters. */
const readable = 50_000

/** Do the settings say what is made of the password? */
export function isScriptNamed({ transform, values }: FormSettings): boolean {
  return transform !== undefined || Object.values(values).some((value) => namesOf(value).includes('password'))
}

/** The same where the settings leave it to the page. */
export function scriptedIn(page: Page, settings: FormSettings): ScriptedPassword | undefined {
  return isScriptNamed(settings) ? undefined : scriptedPassword(page)
}

/** Looks at inline scripts and the form's own `onsubmit`; undefined: they leave the password alone. */
function scriptedPassword(page: Page): ScriptedPassword | undefined {
  const handlers = page.query('form[onsubmit]').map((form) => form.attribute('onsubmit') ?? '')
  const scripts = [...page.query('script').map(({ text }) => text), ...handlers].map((script) => script.slice(0, readable))
  const known = new Set(scripts.flatMap((script) => replaced.flatMap((pattern) => [...script.matchAll(pattern)].flatMap(transformOf))))
  const operations = [...new Set(scripts.flatMap(operationsIn))]
  const [transform] = known
  if (transform !== undefined && known.size === 1 && operations.length <= 1) return { is: 'known', transform }
  return operations.length === 0 ? undefined : { is: 'unclear', operations }
}

function transformOf([, place = '', name = '']: RegExpMatchArray): string[] {
  return mentions(passwordWords, place) ? [`${hashes[name.toLowerCase()]}(password)`] : []
}

/** A call that a password stands near: other things are hashed too. */
function operationsIn(script: string): string[] {
  return calls.flatMap(([call, operation]) => {
    const at = script.search(call)
    return at >= 0 && mentions(passwordWords, script.slice(Math.max(0, at - 200), at + 200)) ? [operation] : []
  })
}

/** In words, for the person who enrols the site or whose password was refused. */
export function scriptedInWords(scripted: ScriptedPassword): string {
  if (scripted.is === 'known') return `the page's script sends the password as ${scripted.transform}`
  return `the page's script makes something of the password before it is sent (${scripted.operations.join(', ')}): name it in the settings as \`transform\``
}
