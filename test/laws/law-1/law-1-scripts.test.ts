import { randomBytes } from 'node:crypto'
import t from 'tap'
import { startFurtherPagesSite } from '../../sites/further-pages-site.ts'
import { startHttpDigestSite } from '../../sites/http-digest-site.ts'
import { type HashingScheme, startHashingSite } from '../../sites/scripts/hashing-site.ts'
import { startJsonSite } from '../../sites/scripts/json-site.ts'
import type { SignInBook } from '../../sites/sign-in-book.ts'
import type { Canary } from '../canary.ts'
import type { Kind } from './law-1-kinds.ts'
import { liveThrough } from './law-1-life.ts'

// Law 1 where scripts sign in: passwords that were hashed or encrypted, answers in JSON, codes, HTTP Digest. What was made of a password
// and would let its finder in counts as the password.

const rightIn = ({ outcomes }: SignInBook) => outcomes.filter((outcome) => outcome === 'signed-in').length
const canary = (value: string): Canary => ({ value, core: value })

const hashed = (scheme: HashingScheme): Kind => ({
  title: `a password that is sent as ${scheme}, at a site that repeats it`,
  username: 'ann',
  letters: 'cäná',
  delivery: 'handoff',
  async start(username, { value: password }) {
    const site = await startHashingSite(scheme, { username, password })
    // It is sent by everybody in the same way: the salt alone is no secret.
    const secretToo = () => site.received.flatMap((text) => text.split(' ')).filter((text) => text.length > 16)
    return { ...site, rightSignIns: () => rightIn(site.book), secretToo: () => secretToo().map(canary) }
  },
})

const kinds: readonly Kind[] = [
  hashed('md5'),
  hashed('rsa with modulus and exponent'),
  {
    title: 'JSON with a bearer token',
    username: 'ann',
    letters: 'cäná',
    delivery: 'attach',
    adapter: 'json',
    headers: ['Authorization'],
    async start(username, { value: password }) {
      const site = await startJsonSite({ username, password })
      return { ...site, settings: { url: '/api/login', landing: '/api/orders' }, rightSignIns: () => rightIn(site.book) }
    },
  },
  {
    title: 'the code of an authenticator, and the answer to a question',
    username: 'ann',
    letters: 'cäná',
    delivery: 'attach',
    async start(username, { value: password }) {
      const totpSeed = Array.from(randomBytes(32), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')
      const answer = `Lindenhof ${randomBytes(8).toString('hex')}`
      const site = await startFurtherPagesSite(['totp', 'question'], { username, password, totpSeed, answer })
      const beside = { totp: totpSeed, answers: { [site.question]: answer } }
      return { ...site, beside, rightSignIns: () => rightIn(site.book), secretToo: () => [canary(totpSeed), canary(answer)] }
    },
  },
  {
    title: 'HTTP Digest',
    username: 'ann',
    letters: 'cäná',
    delivery: 'attach',
    adapter: 'digest',
    staysHere: true,
    async start(username, { value: password }) {
      const site = await startHttpDigestSite({ username, password })
      return { ...site, rightSignIns: () => site.counts.right }
    },
  },
]

for (const kind of kinds) t.test(`law 1: ${kind.title}`, (t) => liveThrough(t, kind))
