import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { type Behaviour, startChangingSite } from '../sites/changing-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

const script = join(import.meta.dirname, 'rotating-relay.ts')
/** Calls in the relay's own process in the order they are made, and whether the site has the new password by then. */
const taken: readonly [moment: string, isChanged: boolean][] = [
  ['before changePassword', false],
  ['before propose', false],
  ['after propose', false],
  ['before writeAhead', false],
  ['after writeAhead', false],
  ['before notePending', false],
  ['after notePending', false],
  ['after changePassword', true],
  ['before notePending 2', true],
  ['after notePending 2', true],
  ['before adopt', true],
  ['after adopt', true],
]
/** At a site that says it has changed the password, and has not: the sign-in with the new one is refused, that with the one before is not. */
const notTaken = ['before notePending 3', 'after notePending 3', 'before dropPending', 'after dropPending'] as const

/** The site outlives the relay. `loses`: a change is lost on the way, and `onLost` is told. */
const way = { loses: false, onLost: (): void => {} }
const business = await startChangingSite({
  password: 'first one',
  async onRequest({ method, path }) {
    if (!way.loses || method !== 'POST' || path !== '/account/password') return
    way.onLost()
    await new Promise(() => {})
  },
})
t.teardown(() => business.stop())
const enrolled = await tempFolder(t)

t.before(async () => {
  const relay = await startRelay(t, { folder: enrolled })
  await enrol(relay, { url: business.url, username: 'ann', password: 'first one' })
  await relay.stop()
})

for (const [moment, isChanged] of taken) {
  t.test(`killed ${inWords(moment)}, a password that works is in the vault, and is found at the next sign-in`, async (t) => {
    const folder = await prepare(t)
    await rotateUntilKilled(t, folder, moment)
    t.equal(business.password() !== 'first one', isChanged, 'the moment is the one that was meant')
    await recover(t, folder)
  })
}

for (const moment of notTaken) {
  t.test(`killed ${inWords(moment)}, at a site that keeps the password while it says otherwise, the one that works is found`, async (t) => {
    const folder = await prepare(t, 'says-yes-does-nothing')
    await rotateUntilKilled(t, folder, moment)
    t.match(
      business.tries.map(({ isRight }) => isRight),
      moment.endsWith('notePending 3') ? [true, false] : [true, false, true],
      'the moment is the one that was meant',
    )
    await recover(t, folder)
  })
}

t.test('killed when the site has the request and has done nothing, a password that works is in the vault', async (t) => {
  const folder = await prepare(t)
  const child = rotate(t, folder)
  way.loses = true
  way.onLost = () => child.kill('SIGKILL')
  await once(child, 'exit')
  way.loses = false
  t.equal(business.password(), 'first one')
  await recover(t, folder)
})

t.test('killed when the site has changed the password and has not answered, a password that works is in the vault', async (t) => {
  const folder = await prepare(t)
  const child = rotate(t, folder)
  business.behave('hangs')
  business.onChange(() => child.kill('SIGKILL'))
  await once(child, 'exit')
  business.behave('honest')
  business.onChange(() => {})
  t.not(business.password(), 'first one')
  await recover(t, folder)
})

t.test('let live, it finishes', async (t) => {
  const child = rotate(t, await prepare(t))
  const [[printed]] = await Promise.all([once(child.stdout as Readable, 'data'), once(child, 'exit')])
  t.equal(String(printed), 'done\n')
  t.not(business.password(), 'first one')
})

function inWords(moment: string): string {
  return moment.replace(/([A-Z])/g, ' $1').toLowerCase()
}

/** A data directory of its own with an account at the site. */
async function prepare(t: Test, how: Behaviour = 'honest'): Promise<string> {
  const folder = await tempFolder(t)
  await cp(enrolled, folder, { recursive: true })
  business.setPassword('first one')
  business.behave(how)
  business.tries.length = 0
  return folder
}

function rotate(t: Test, folder: string, moment = ''): ChildProcess {
  const child = spawn(process.execPath, [script, folder, moment], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

async function rotateUntilKilled(t: Test, folder: string, moment: string): Promise<void> {
  const [, signal] = await once(rotate(t, folder, moment), 'exit')
  t.equal(signal, 'SIGKILL')
}

/** A relay on what was left: it signs in, having tried no password that is wrong more than once (law 3). */
async function recover(t: Test, folder: string): Promise<void> {
  business.tries.length = 0
  const relay = await startRelay(t, { folder })
  const [account] = relay.accounts.listAccounts()
  const id = account?.id ?? ''
  const session = await relay.sessions.ensure(id)
  t.ok(session.evidence.length > 0)
  t.ok(business.tries.filter(({ isRight }) => !isRight).length <= 1, `tried: ${business.tries.map(({ isRight }) => isRight)}`)
  t.match(relay.accounts.account(id), { pending: undefined, attention: undefined })
  await relay.sessions.end(id)
  business.tries.length = 0
  await relay.sessions.ensure(id)
  t.same(
    business.tries.map(({ isRight }) => isRight),
    [true],
    'from then on the right one',
  )
  await relay.stop()
}
