import t from 'tap'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

t.test('a choice outlives the relay, and goes with its device and with its account', async (t) => {
  const folder = await tempFolder(t)
  const origin = await startRecordingOrigin(t, { scheme: 'http', host: '127.0.0.1' })
  const first = await startRelay(t, { folder })
  const { user, account } = await enrol(first, { url: `${origin.origin}/login`, username: 'ann', password: 'pw' })
  const second = await first.accounts.addAccount({ owner: user.id, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  const [laptop, phone] = await Promise.all(['laptop', 'phone'].map((name) => first.identity.addDevice(user.id, name)))
  const [a, b] = [laptop?.device.id ?? '', phone?.device.id ?? '']
  await first.choices.choose(a, second)
  await first.choices.choose(b, second)
  await first.choices.choose(b, account)
  await first.stop()

  const again = await startRelay(t, { folder })
  t.match([again.choices.of(a, 'erp'), again.choices.of(b, 'erp')], [second.id, account.id])
  t.match(again.choices.list(a), [{ siteId: 'erp', accountId: second.id }])
  await again.identity.revokeDevice(a)
  t.equal(again.choices.of(a, 'erp'), undefined)
  await again.accounts.removeAccount(account.id)
  t.equal(again.choices.of(b, 'erp'), undefined)
  t.equal(await again.choices.forget(b, 'erp'), false, 'nor is it in the store')
})
