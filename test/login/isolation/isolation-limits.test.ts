import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { until } from '../../until.ts'
import { signIn, startEngine } from '../engine-for-test.ts'

/** Bodies of `signIn`, and what the account's owner is told. */
const ends: Readonly<Record<string, readonly [body: string, seen: RegExp]>> = {
  'loops for ever': ['for (;;);', /computed for more than 3 s without a pause/],
  'never lets another turn come': ['for (;;) await null', /computed for more than 3 s without a pause/],
  'fills its heap': ['const all = []; for (;;) { all.push(new Array(10000).fill({})); await null }', /used more than 220 MB of memory|computed for more/],
  'holds bytes outside of its heap': [
    'const all = []; for (;;) { all.push(Buffer.alloc(4_000_000, 1)); await new Promise((go) => setTimeout(go, 1)) }',
    /used more than 220 MB of memory/,
  ],
  crashes: ['setTimeout(() => { throw new Error("late") }, 0); await new Promise(() => {})', /ended by itself with status 1/],
  'asks without end': ['for (;;) { browser.cookies.mark(); await null }', /asked for too much/],
  'sends more than anybody reads': ['step("page", "x".repeat(20_000_000)); return { evidence: ["x"] }', /a message that is too long/],
}

t.test('an adapter that does not stop by itself is stopped, and the relay lives on', async (t) => {
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const adaptersFolder = t.testdir()
  const write = (name: string, signIn: string) =>
    writeFile(
      join(adaptersFolder, `${name}.ts`),
      `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
export default defineAdapter({ name: '${name}', api: 1, description: 'x', settings: z.any(), isSignedIn: async () => true, signOut: async () => false,
  async signIn({ browser, step, username }) { ${signIn} ; return { evidence: ['good'] } } })`,
    )
  const branches = Object.entries(ends).map(([title, [body]]) => `if (username === ${JSON.stringify(title)}) { ${body} }`)
  await write('bad', branches.join('\n'))
  await write('good', '')
  const login = await startEngine(t, { adaptersFolder, isolation: { megabytes: 220, stallSeconds: 3 } })
  const at = (adapter: string, username: string) => signIn(login, { url: site.url, username, password: 'correct horse', adapter })

  for (const [title, [, seen]] of Object.entries(ends)) {
    t.test(`one that ${title}`, async (t) => {
      const ended = at('bad', title)
      t.match(await at('good', 'ann'), { ok: true }, 'another one signs in meanwhile')
      t.match(await ended, { ok: false, kind: 'unknown', seen: [seen] })
    })
  }
  t.test('its next sign-in has a new process', async (t) => {
    t.match(await at('bad', 'ann'), { ok: true })
  })
})

t.test('an adapter that goes on after its sign-in is ended, and its next sign-in has a new process', async (t) => {
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const adaptersFolder = t.testdir({
    'goes-on.ts': `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
let count = 0
export default defineAdapter({ name: 'goes-on', api: 1, description: 'x', settings: z.any(), isSignedIn: async () => true, signOut: async () => false,
  async signIn({ step, username }) {
    count += 1
    if (username === 'ann') setInterval(() => { for (let n = 0; n < 50; n++) try { Promise.resolve(step('page', 'x'.repeat(1000))).catch(() => {}) } catch {} }, 1)
    return { evidence: ['time ' + count] }
  } })`,
  })
  const login = await startEngine(t, { adaptersFolder })
  const at = async (username: string) => {
    const outcome = await signIn(login, { url: site.url, username, password: 'correct horse', adapter: 'goes-on' })
    return outcome.ok ? outcome.evidence.join() : 'ended'
  }
  t.equal(await at('ann'), 'time 1')
  // While a call runs it may speak: between two it may not.
  await until(async () => {
    await pause(300)
    return (await at('bob')) === 'time 1'
  }, 'a new process')
})

t.test('an adapter that waits for ever ends with the time of the sign-in', async (t) => {
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const adaptersFolder = t.testdir({
    'waits.ts': `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
export default defineAdapter({ name: 'waits', api: 1, description: 'x', settings: z.any(), isSignedIn: async () => true, signOut: async () => false,
  async signIn() { await new Promise(() => {}) } })`,
  })
  const login = await startEngine(t, { adaptersFolder, settings: { timeoutSeconds: 1 } })
  const visit = { url: site.url, username: 'ann', password: 'correct horse', adapter: 'waits' }
  t.match(await signIn(login, visit), { ok: false, kind: 'site-down', seen: [/time limit/] })
})
