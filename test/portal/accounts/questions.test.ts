import sharp from 'sharp'
import t, { type Test } from 'tap'
import { formOf, seeOther, serve } from '../../sites/serve.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

/** A site whose captcha is far too small for the relay's reader, another one at each look: the relay asks at once. Only the latest counts. */
async function startTinySite(t: Test) {
  let drawn = 0
  const site = await serve(async (request) => {
    if (request.path.startsWith('/captcha')) {
      const body = await sharp({ create: { width: 6, height: 3, channels: 3, background: { r: drawn++, g: 0, b: 0 } } })
        .png()
        .toBuffer()
      return { headers: { 'content-type': 'image/png' }, body }
    }
    if (request.path === '/home') return { body: '<title>Home</title><a href="/logout">Log out</a>' }
    if (request.method === 'POST' && formOf(request).get('captcha') === String(drawn)) return seeOther('/home', ['sid=1'])
    const wrong = request.method === 'POST' ? '<p class="error">The captcha is wrong.</p>' : ''
    return {
      body: `<title>Log in</title>${wrong}<form method="post"><input name="username"><input type="password" name="password"><img src="/captcha.png"><input name="captcha"></form>`,
    }
  })
  t.teardown(() => site.stop())
  return { url: `${site.origin}/login`, origin: site.origin, drawn: () => drawn }
}

async function accountAt(relay: StartedPortal, { url, origin }: { url: string; origin: string }, id: string, name: string, settings = {}) {
  if (relay.accounts.site(id) === undefined) {
    await relay.accounts.addSite({ id, origins: [origin], loginUrl: url, adapter: 'form', settings, delivery: 'attach', networks: ['loopback'] })
  }
  return relay.accounts.addAccount({ owner: relay.ann.user.id, siteId: id, name, username: name, secrets: { password: 'pw' } })
}

async function asked(relay: StartedPortal, count: number): Promise<void> {
  while (relay.sessions.challenges().length < count) await new Promise((resolve) => setTimeout(resolve, 10))
}

t.test('a question stands on its page for a telephone, another image can be had, the next question follows the answer, and the rate is told', async (t) => {
  const relay = await startPortal(t)
  const business = await startTinySite(t)
  const other = await startTinySite(t)
  const [crm, hr] = [await accountAt(relay, business, 'crm', 'crm'), await accountAt(relay, other, 'hr', 'hr')]
  const browser = await relay.signedIn(relay.ann)
  t.match(readPage((await browser.get('/questions')).body), /Nothing is asked of you/)

  const first = relay.sessions.ensure(crm.id)
  await asked(relay, 1)
  const second = relay.sessions.ensure(hr.id)
  await asked(relay, 2)
  const page = await browser.get('/questions')
  t.match(readPage(page.body), /The sign-in of crm waits for your answer.*What does the image say\?.*Show another image.*Others wait too ?hr/)
  for (const attribute of ['autocapitalize="off"', 'autocorrect="off"', 'spellcheck="false"', 'enterkeyhint="send"'])
    t.ok(page.body.includes(attribute), attribute)
  t.notMatch(page.body, 'inputmode', 'letters may be in it')
  const { id = '', expiresAt } = relay.sessions.challenges()[0] ?? {}
  t.ok(page.body.includes(`data-until="${expiresAt}"`), 'the countdown is live')

  const before = await browser.get(`/api/v1/challenges/${id}/image`)
  const another = await browser.post(`/questions/${id}/another`)
  t.match(another, { status: 303, location: `/questions/${id}` })
  t.not((await browser.get(`/api/v1/challenges/${id}/image`)).body, before.body)
  t.equal(relay.sessions.challenges()[0]?.expiresAt, expiresAt, 'its time runs on')

  await browser.get(`/questions/${id}`)
  const answered = await browser.post(`/questions/${id}`, { answer: String(business.drawn()) })
  const next = relay.sessions.challenges()[0]?.id
  t.match(answered, { status: 303, location: `/questions/${next}` }, 'the next question')
  await first
  const last = await browser.post(`/questions/${next}`, { answer: String(other.drawn()) })
  t.match(last, { status: 303, location: `/accounts/${hr.id}?done=answered` })
  await second
  const over = await browser.get(`/questions/${next}`)
  t.equal(over.status, 404)
  t.match(readPage(over.body), /no longer asked/)
  t.equal((await browser.post(`/questions/${next}/another`)).status, 404)

  const stats = async (site: string) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1/sites/${site}/captchas`, { headers: { authorization: `Bearer ${relay.bob.device.token}` } })
    return { status: answer.status, body: (await answer.json()) as { answers?: { asked: number } } }
  }
  while ((await stats('crm')).body.answers?.asked !== 1) await new Promise((resolve) => setTimeout(resolve, 10))
  t.match(await stats('crm'), { status: 200, body: { site: 'crm', answers: { reads: 0, right: 0, asked: 1, askedRight: 1 } } })
  t.match(await stats('none'), { status: 404, body: { code: 'site_unknown' } })
})

t.test('another person neither sees a question nor has its image drawn anew; where the answer is known to be of digits, the keypad comes', async (t) => {
  const relay = await startPortal(t)
  const business = await startTinySite(t)
  const account = await accountAt(relay, business, 'crm', 'crm', { captcha: { alphabet: '0123456789' } })
  relay.sessions.ensure(account.id).catch(() => {})
  await asked(relay, 1)
  const { id } = relay.sessions.challenges()[0] ?? {}
  const drawn = business.drawn()
  const ann = await relay.signedIn(relay.ann)
  t.match((await ann.get('/questions')).body, 'inputmode="numeric"')
  const bob = await relay.signedIn(relay.bob)
  t.match(readPage((await bob.get('/questions')).body), /Nothing is asked of you/)
  t.equal((await bob.get(`/questions/${id}`)).status, 404)
  t.equal((await bob.post(`/questions/${id}/another`)).status, 404)
  const api = await fetch(`${relay.portalUrl}/api/v1/challenges/${id}/reload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.bob.device.token}` },
  })
  t.equal(api.status, 404)
  t.equal(business.drawn(), drawn)
  const own = await fetch(`${relay.portalUrl}/api/v1/challenges/${id}/reload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.ann.device.token}` },
  })
  t.equal(own.status, 204)
  t.equal(business.drawn(), drawn + 1)
})
