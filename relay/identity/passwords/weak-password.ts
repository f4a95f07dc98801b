import { nameKey } from '../user-rules.ts'

/** Words of this place, which come to mind at its own password form (OWASP ASVS 6.1.2); the person's own name is one too. */
const wordsHere = new Set(['login', 'relay', 'loginrelay', 'portal', 'password', 'passphrase', 'admin', 'administrator', 'welcome', 'secret'])

/** About fifty thousand, most of them from breaches; read at the first use, for it takes a while. */
let commonPasswords: Promise<ReadonlySet<string>> | undefined

/**
 * Why a new password would be among the first to be guessed, in words that follow "the password"; undefined: no reason known. Without
 * regard to case. No rule of composition: a long password of digits is a password (NIST SP 800-63B section 3.1.1.2).
 */
export async function weaknessOf(password: string, userName: string): Promise<string | undefined> {
  const key = nameKey(password)
  if ((await loadCommonPasswords()).has(key)) return 'is one that many people choose, and so one of the first to be tried'
  if (new Set(key).size <= 1) return 'is one character over and over'
  const word = bare(key)
  if (wordsHere.has(word)) return 'is a word of this place with something around it, and so one of the first to be tried'
  if (word !== '' && word === bare(nameKey(userName))) return 'is your own name with something around it, and so one of the first to be tried'
  return undefined
}

/** Without what people put around a word to make it long enough. */
function bare(key: string): string {
  return key.replace(/[^\p{L}\p{N}]/gu, '').replace(/^\p{N}+|\p{N}+$/gu, '')
}

function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  commonPasswords ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']))
  return commonPasswords
}
