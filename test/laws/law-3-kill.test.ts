/** Law 3: a wrong password is tried once, by whatever process: what the site refused is in the store before anybody is told of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { startChangingSite } from '../sites/changing-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

t.test('law 3: a relay that is killed right after a refusal leaves it to the next one, which sends that password no more until a person acts', async (t) => {
  const business = await startChangingSite({ password: 'another one' })
  t.teardown(() => business.stop())
  const folder = await tempFolder(t)
  const first = await startRelay(t, { folder })
  const { account } = await enrol(first, { url: business.url, username: 'ann', password: 'the one given' })
  await first.stop()

  const child = spawn(process.execPath, [join(import.meta.dirname, 'refused-relay.ts'), folder], { stdio: 'inherit' })
  t.teardown(() => child.kill('SIGKILL'))
  t.same(await once(child, 'exit'), [null, 'SIGKILL'])
  t.equal(business.tries.length, 1, 'it was refused')

  const next = await startRelay(t, { folder })
  t.match(next.accounts.account(account.id)?.attention, { reason: 'wrong-password' })
  for (const fresh of [false, true]) await t.rejects(next.sessions.ensure(account.id, { fresh }), { code: 'needs_attention' })
  await t.rejects(next.sessions.rotate(account.id, { person: true }), { code: 'needs_attention' })
  t.equal(business.tries.length, 1, 'and is not tried again')
  await next.accounts.confirm(account.id)
  await t.rejects(next.sessions.ensure(account.id), { code: 'login_failed' })
  t.equal(business.tries.length, 2, 'but once more where a person says that it is right')
})
