import type { Test } from 'tap'
import type { FailureKind } from '../../../adapters/index.ts'
import { answerField } from '../../../adapters/index.ts'
import type { AttentionReason } from '../../../relay/accounts/index.ts'
import type { User } from '../../../relay/identity/index.ts'
import type { SessionEvent } from '../../../relay/sessions/index.ts'
import { type Canary, filesIn, formsIn, newCanary } from '../../laws/canary.ts'
import { startFront, type Trouble } from '../../sites/front.ts'
import { hosts } from '../../sites/single-sign-on/identity-provider.ts'
import { type StartedRelay, startRelay } from '../../start-relay.ts'
import { openTerminal } from '../curl-terminal.ts'
import type { Condition, KindSite, LoginKind } from './login-kinds.ts'

// Each kind of login, through the whole relay, in each of the conditions that a site can be in.

/** How the sign-in ends, and for what the account then needs a person: where the site does not have the password, a later request tries again. */
const expected: Readonly<Record<Condition, readonly [outcome: 'signed-in' | FailureKind, needs: AttentionReason | undefined]>> = {
  'right password': ['signed-in', undefined],
  'wrong password': ['wrong-password', 'wrong-password'],
  'captcha wrong once': ['signed-in', undefined],
  'site slow': ['site-down', undefined],
  'site down': ['site-down', undefined],
  'site down-afterwards': ['site-down', 'interrupted'],
  'site layout-changed': ['form-not-found', undefined],
}

function expectedOf({ needs = {} }: LoginKind, condition: Condition) {
  const [outcome, usual] = expected[condition]
  return [outcome, needs[condition] ?? usual] as const
}

const [right, wrong] = [newCanary('c'), newCanary('w')]

interface Ended {
  readonly outcome: string
  readonly needs: AttentionReason | undefined
  readonly seen: string
  readonly arrived: readonly string[]
  readonly id: string
  /** A page for the signed-in. */
  readonly inside: string
  /** What must be found nowhere but at the site (law 1). */
  readonly secret: readonly Canary[]
  /** What the person is told of it. */
  readonly told: Buffer
}

/** Enrols a person's account at a server of this kind, lets the trouble come over it, and signs in. */
async function signIn(t: Test, relay: StartedRelay, kind: LoginKind, condition: Condition, id: string): Promise<Ended> {
  const site = await kind.start(kind.username, right.value)
  const front = site.front ?? (await startFront(site))
  t.teardown(() => Promise.all([front.stop(), site.stop()]))
  const [origin, loginUrl] = site.front === undefined ? [front.origin, front.url] : [site.origin, site.url]
  const owner = await ann(relay)
  await relay.accounts.addSite({
    id,
    origins: [...new Set([origin, front.origin])],
    loginUrl,
    adapter: kind.adapter,
    settings: { ...site.settings },
    networks: ['loopback'],
    delivery: 'attach',
  })
  const answers = Object.entries(site.answers ?? {}).map(([question, answer]) => [answerField(question), answer])
  const secrets = { password: (condition === 'wrong password' ? wrong : right).value, ...site.secrets, ...Object.fromEntries(answers) }
  const account = await relay.accounts.addAccount({ owner: owner.id, siteId: id, username: kind.username, secrets })
  if (condition.startsWith('site ')) front.trouble = condition.slice(5) as Trouble
  front.hasPassword = () => site.outcomes().length > 0
  answerFor(t, relay, account.id, site, condition === 'captcha wrong once' ? 1 : 0)
  await relay.sessions.ensure(account.id).catch(() => undefined)
  // Asked for again, by nobody in person.
  if (condition === 'site down-afterwards') await relay.sessions.ensure(account.id).catch(() => undefined)
  const event = relay.sessions.recent(account.id).findLast(({ type }) => type === 'signed-in' || type === 'failed')
  return {
    outcome: outcomeOf(event),
    needs: relay.accounts.account(account.id)?.attention?.reason,
    seen: event?.type === 'failed' ? event.seen.join('; ') : '',
    arrived: site.outcomes(),
    id,
    inside: origin + (site.inside ?? '/home'),
    secret: [right, wrong, ...[...Object.values(site.secrets ?? {}), ...Object.values(site.answers ?? {}), ...(site.made?.() ?? [])].map(alone)],
    told: Buffer.from(JSON.stringify([relay.sessions.recent(account.id), await relay.sessions.snapshot(account.id)])),
  }
}

const alone = (value: string): Canary => ({ value, core: value })

async function ann({ identity }: StartedRelay): Promise<User> {
  return (await identity.findUser('ann')) ?? identity.addUser({ name: 'ann', password: 'a long password', role: 'admin' })
}

function outcomeOf(event: SessionEvent | undefined): string {
  return event?.type === 'failed' ? event.kind : (event?.type ?? 'nothing')
}

/** The person at the portal: gives the right answer, after so many wrong ones. */
function answerFor(t: Test, relay: StartedRelay, accountId: string, site: KindSite, wrongFirst: number): void {
  let asked = 0
  const stop = relay.sessions.onEvent((event) => {
    if (event.type !== 'challenge' || event.account.id !== accountId) return
    const pending = relay.sessions.challenges().find((one) => one.id === event.id)
    if (pending !== undefined) relay.sessions.answer(event.id, asked++ < wrongFirst ? 'misread' : (site.answer?.(pending.challenge) ?? 'nobody knows'))
  })
  t.teardown(stop)
}

/** Sites that have names. */
const names = { [hosts.application]: '127.0.0.1', [hosts.provider]: '127.0.0.1' }

const short = (condition: Condition): string => condition.replaceAll(' ', '-')

/** Every one of these kinds ends as it should, in every condition. */
export async function testKinds(t: Test, kinds: readonly LoginKind[]): Promise<void> {
  const config = { login: { retries: 0, captchaTries: 4 } }
  const relay = await startRelay(t, { config, hosts: names })
  const owner = await ann(relay)
  const secret = new Map<string, Canary>()
  const terminal = openTerminal(t, relay, { name: 'laptop', token: (await relay.identity.addDevice(owner.id, 'laptop')).token })
  const hasty = await startRelay(t, { config: { login: { ...config.login, timeoutSeconds: 1 } }, hosts: names })
  for (const [index, kind] of kinds.entries()) {
    t.test(kind.title, async (t) => {
      const conditions = (Object.keys(expected) as Condition[]).filter(
        (condition) =>
          condition !== 'site slow' && (condition !== 'captcha wrong once' || kind.hasCaptcha === true) && kind.only?.includes(condition) !== false,
      )
      const all = await Promise.all(conditions.map((condition) => signIn(t, relay, kind, condition, `site-${index}-${short(condition)}`)))
      for (const [at, ended] of all.entries()) {
        const condition = conditions[at] as Condition
        t.same([ended.outcome, ended.needs], expectedOf(kind, condition), `${condition}: ${ended.seen}`)
        if (condition === 'wrong password') t.same(ended.arrived, ['wrong-password'], 'it was sent once')
        else if (condition === 'site down-afterwards') t.same(ended.arrived, ['signed-in'], 'it was sent once')
        else if (condition.startsWith('site ')) t.same(ended.arrived, [], 'nothing was sent')
        else t.notOk(ended.arrived.includes('wrong-password'))
        t.same(formsIn(ended.secret, ended.told), [], 'law 1: what the person is told')
        for (const one of ended.secret) secret.set(one.value, one)
        if (condition !== 'right password') continue
        const page = await terminal.get(ended.inside, '--header', `Login-Relay-Account: ${ended.id}`)
        t.equal(page.status, 200, 'the session is good')
        t.same(formsIn(ended.secret, page.body), [], 'law 1: what the terminal gets')
      }
    })
  }
  t.test('law 1: the passwords, keys and answers, and what was made of them, are neither in the log nor on disk', async (t) => {
    // What it still has to write is written, and no file vanishes while it is read.
    await relay.stop()
    const files = await filesIn(relay.folder)
    t.ok(secret.size >= 2 && files.length > 1 && relay.logged().includes('sign-in failed'), 'this is where they would be')
    const all = [...secret.values()]
    for (const { what, bytes } of [...files, { what: 'the log', bytes: Buffer.from(relay.logged()) }]) t.same(formsIn(all, bytes), [], what)
  })
  const slow = kinds.filter(({ only }) => only?.includes('site slow') !== false)
  if (slow.length === 0) return
  t.test('site slow: all of them at once, each within its time limit', async (t) => {
    await ann(hasty)
    const all = await Promise.all(slow.map((kind, index) => signIn(t, hasty, kind, 'site slow', `site-${index}`)))
    for (const [index, { outcome, needs, seen, arrived }] of all.entries()) {
      const kind = slow[index] as LoginKind
      t.same([outcome, needs, arrived], [...expectedOf(kind, 'site slow'), []], `${kind.title}: ${seen}`)
    }
  })
}
