import t, { type Test } from 'tap'
import { copiesFor } from '../../../relay/portal/accounts/session-copies.ts'
import type { DevicePrincipal } from '../../../relay/portal/caller/proxied-devices.ts'
import { startPortal } from '../start-portal.ts'
import { workingAccount } from '../working-site.ts'

/** A device that is about to be given a copy; `meanwhile` is done while that is recorded. */
async function openPlace(t: Test) {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.bob, 'handoff')
  await relay.accounts.setCopies(account.id, { attached: false })
  await relay.sessions.ensure(account.id)
  let meanwhile: () => Promise<unknown> = async () => {}
  const { record } = relay.audit
  Object.assign(relay.audit, {
    async record(...given: Parameters<typeof record>) {
      await record.apply(relay.audit, given)
      if (given[0].act !== 'session.copy') return
      const now = meanwhile
      meanwhile = async () => {}
      await now()
    },
  })
  const device = relay.identity.certifiedPrincipal(relay.bob.device.id) as DevicePrincipal
  const poll = () => copiesFor(relay, device)
  return { relay, account, poll, during: (what: () => Promise<unknown>) => (meanwhile = what) }
}

type Place = Awaited<ReturnType<typeof openPlace>>
const ways: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  'whose owner has taken the leave back': ({ relay, account }) => relay.accounts.setCopies(account.id, undefined),
  'whose account was frozen': ({ relay, account }) => relay.accounts.freeze(account.id, 'a test'),
  'that was ended': ({ relay, account }) => relay.sessions.end(account.id),
  'that another has replaced': ({ relay, account }) => relay.sessions.ensure(account.id, { fresh: true }),
}
for (const [what, end] of Object.entries(ways))
  t.test(`no copy is given of a session ${what} while it was recorded (law 7)`, async (t) => {
    const place = await openPlace(t)
    place.during(() => end(place))
    t.same(await place.poll(), [])
  })

t.test('a device that was revoked while a copy was recorded is given none (law 7)', async (t) => {
  const { relay, poll, during } = await openPlace(t)
  during(() => relay.identity.revokeDevice(relay.bob.device.id))
  await t.rejects(poll(), { code: 'unauthenticated' })
})

t.test('an answer that took long drops no record of a copy that a later one has given', async (t) => {
  const { relay, account, poll, during } = await openPlace(t)
  during(async () => {
    await relay.sessions.ensure(account.id, { fresh: true })
    t.match(await poll(), [{ account: account.name }])
  })
  await poll()
  t.match(relay.sessions.copies.list(), [{ accountId: account.id, sessionId: relay.sessions.live(account.id)?.id }])
})
