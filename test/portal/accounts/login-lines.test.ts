import t from 'tap'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'
import { askingAccount, spoilPassword, workingAccount } from '../working-site.ts'

interface Line {
  readonly type: string
  readonly id?: string
  readonly kind?: string
  readonly account: { readonly id: string }
}

t.test('login tells every step as a line, the last one the outcome', async (t) => {
  const relay = await startPortal(t)
  const { account, password } = await workingAccount(t, relay, relay.ann)
  const { type, lines, text } = await login(relay, account.id)
  t.equal(type, 'application/x-ndjson')
  t.equal(lines[0]?.type, 'started')
  t.ok(lines.filter((line) => line.type === 'step').length >= 2)
  t.equal(lines.at(-1)?.type, 'signed-in')
  t.equal(lines.filter((line) => line.type === 'signed-in').length, 1)
  t.same([...new Set(lines.map((line) => Object.keys(line.account).sort().join()))], ['id,name,site'], 'of the account, no more than its name')
  t.notMatch(text, password)
})

t.test('the page of the account shows each step once, field names as code', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  const { lines } = await login(relay, account.id)
  const body = (await (await relay.signedIn(relay.ann)).get(`/accounts/${account.id}`)).body
  const list = /<ol class="steps">(.*?)<\/ol>/s.exec(body)?.[1] ?? ''
  t.match(list, /user name field <code>/)
  t.equal(list.match(/signed in/g)?.length, 1)
  // `started` has no line, and the outcome's stands for those of `evidence` and `done`.
  t.equal(list.match(/<li>/g)?.length, lines.length - 3)
})

t.test('a password that was refused is spoken of until there is another, and no longer', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  await spoilPassword(relay, account)
  await login(relay, account.id)
  const ann = await relay.signedIn(relay.ann)
  const page = async () => readPage((await ann.get(`/accounts/${account.id}`)).body)
  t.match(await page(), /Needs attention.*The site refused the user name or password/s)
  await relay.accounts.confirm(account.id)
  t.match(await page(), /Not signed in/)
  t.notMatch(await page(), /refused the user name|last sign-in failed/i)
})

t.test('a wrong password is the last line; asking again is refused before a line is sent (law 3)', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  await spoilPassword(relay, account)
  t.match((await login(relay, account.id)).lines.at(-1), { type: 'failed', kind: 'wrong-password' })
  const again = await login(relay, account.id)
  t.equal(again.status, 409)
  t.match(again.text, /needs_attention/)
  t.same(business.book.outcomes, ['wrong-password'], 'tried once')
})

t.test('two who ask at once see one sign-in, both from its first step', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  const both = await Promise.all([login(relay, account.id), login(relay, account.id)])
  for (const { lines } of both) {
    t.equal(lines[0]?.type, 'started')
    t.equal(lines.at(-1)?.type, 'signed-in')
  }
  t.equal(business.book.outcomes.length, 1)
})

t.test('a question is a line; its image and answer go by the API, to the owner alone', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await askingAccount(t, relay, relay.ann)
  const ask = (path: string, init: RequestInit = {}, token = relay.ann.device.token) =>
    fetch(`${relay.portalUrl}/api/v1${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
  const signingIn = login(relay, account.id)
  let questions: { id: string; kind: string; question: string }[] = []
  for (let tries = 0; tries < 2400 && questions.length === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
    questions = (await (await ask('/challenges')).json()) as typeof questions
  }
  t.match(questions, [{ kind: 'captcha', account: { id: account.id } }])
  const [{ id = '' } = {}] = questions
  const image = await ask(`/challenges/${id}/image`)
  t.equal(image.headers.get('content-type'), 'image/png')
  t.match(image.headers.get('content-security-policy'), /sandbox/)
  const answer = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ answer: business.answer }),
  }
  t.same(await (await ask('/challenges', {}, relay.bob.device.token)).json(), [])
  t.equal((await ask(`/challenges/${id}/image`, {}, relay.bob.device.token)).status, 404)
  t.equal((await ask(`/challenges/${id}`, answer, relay.bob.device.token)).status, 404)
  t.equal((await ask(`/challenges/${id}`, answer)).status, 204)
  t.equal((await ask(`/challenges/${id}`, answer)).status, 404, 'it is answered')
  const { lines } = await signingIn
  t.ok(lines.some((line) => line.type === 'challenge' && line.id === id))
  t.equal(lines.at(-1)?.type, 'signed-in')
})

t.test('a client that goes away leaves the sign-in to the others', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  const leaving = new AbortController()
  const answer = await fetch(`${relay.portalUrl}/api/v1/accounts/${account.id}/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.adminToken}` },
    signal: leaving.signal,
  })
  t.equal(answer.status, 200)
  leaving.abort()
  t.equal((await relay.sessions.ensure(account.id)).account.id, account.id)
})

async function login({ portalUrl, adminToken }: StartedPortal, id: string) {
  const answer = await fetch(`${portalUrl}/api/v1/accounts/${id}/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: '{}',
  })
  const text = await answer.text()
  const type = answer.headers.get('content-type')
  const lines = answer.ok
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
    : []
  return { status: answer.status, type, text, lines }
}
