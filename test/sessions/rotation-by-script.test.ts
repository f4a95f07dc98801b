import t from 'tap'
import { findChromium, wantedChromium } from '../chromium.ts'
import { startScriptedSite } from '../sites/scripts/scripted-site.ts'
import { enrol, startRelay } from '../start-relay.ts'

const skip = findChromium() === undefined ? wantedChromium : false

t.test('a site that needs scripts, and keeps its session in storage, is given a new password in the browser', { skip }, async (t) => {
  const business = await startScriptedSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const relay = await startRelay(t)
  const { account, site } = await enrol(relay, { url: business.url, username: 'ann', password: 'first one' })
  t.equal(site.adapter, 'form-by-script')
  await relay.sessions.rotate(account.id)
  t.match(business.password(), /^[-A-Za-z0-9_.!*]{24}$/)
  t.same(business.book.outcomes, ['signed-in', 'signed-in'], 'with the one before, then with the new one')
  t.match(relay.accounts.account(account.id), { credentialVersion: 2, pending: undefined })
  t.notMatch(relay.logged(), business.password(), 'nothing of it is logged')
})
