import t from 'tap'
import { startPortal } from '../portal/start-portal.ts'
import { lastOf, since } from './since.ts'

t.test('what somebody else ends of a person is recorded as that person’s, with the session or link that it was', async (t) => {
  const relay = await startPortal(t)
  const owner = relay.bob.user.id
  await relay.signedIn(relay.bob)
  const [session] = await relay.identity.listPortalSessions(owner)
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${relay.adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return answer.status === 204 ? {} : ((await answer.json()) as { id?: string; link?: string })
  }
  const before = await lastOf(relay)
  const { id, link = '' } = await call('POST', '/invites', { name: 'zoe' })
  await call('DELETE', `/invites/${id}`)
  const reset = await call('POST', '/users/bob/password-link', {})
  await call('POST', '/users/bob/end', {})
  await call('POST', '/users/bob/end', {})

  const records = await since(relay, before)
  const of = (wanted: string) => records.filter(({ act, outcome }) => act === wanted && outcome !== 'intent')
  const announced = (wanted: string) => records.filter(({ act, outcome }) => act === wanted && outcome === 'intent')
  const invite = of('invite.make')[0]?.details?.invite
  const resetLink = of('user.password-link')[0]?.details?.invite
  t.match([invite, resetLink], [/^hmac:/, /^hmac:/])
  t.match(announced('invite.withdraw'), [{ details: { name: 'zoe', invite } }, { owner, details: { name: 'bob', invite: resetLink } }])
  t.notOk('owner' in (announced('invite.withdraw')[0] ?? {}))
  t.match(of('invite.withdraw'), [{ outcome: 'done' }, { outcome: 'done' }])
  t.match(announced('portal.session-end'), [{ who: { kind: 'local' }, owner, details: { session: session?.id } }])
  for (const told of [link, reset.link ?? '']) t.notMatch(JSON.stringify(records), told.slice(told.lastIndexOf('/') + 1))
})
