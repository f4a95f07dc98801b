import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { loadConfig } from '../../config/index.ts'
import { parseLink } from '../../relay/commands/session/claim.ts'
import { type ErrorCode, isRelayError } from '../../relay/errors.ts'
import { createTestAuthority, selfSigned } from '../outbound/certificates.ts'
import { freePort, isOpen } from '../ports.ts'
import { type BadKind, loginPage, startBadSite } from '../sites/bad-sites.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { type BusinessSite, serve } from '../sites/serve.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { openTerminal } from './curl-terminal.ts'

// Bad input gets a clear error and loses nothing: each case of the list, with its code, and a relay that works afterwards.

interface Scene {
  readonly relay: StartedRelay
  readonly good: Awaited<ReturnType<typeof startRotatingSite>>
  readonly enrolled: Enrolled
  api(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly text: string }>
}

async function openScene(t: Test, config: Record<string, unknown> = {}): Promise<Scene> {
  const good = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => good.stop())
  const relay = await startRelay(t, { hosts: { 'erp.test': '127.0.0.1' }, config })
  const enrolled = await enrol(relay, { url: good.url, username: 'ann', password: 'correct horse', id: 'good' })
  const headers = { authorization: `Bearer ${relay.adminToken}` }
  const api: Scene['api'] = async (method, path, body) => {
    const payload = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, { method, headers, ...payload })
    return { status: answer.status, text: await answer.text() }
  }
  return { relay, good, enrolled, api }
}

/** A problem with this code, words and a way on. */
function checkProblem(t: Test, text: string, code: ErrorCode, what: string): void {
  const problem = JSON.parse(text.trim().split('\n').at(-1) ?? '') as { code?: string; title?: string; next?: string }
  t.equal(problem.code, code, `${what}: ${problem.title}`)
  t.match([problem.title, problem.next], [/^.{10,}[.]$/s, /^.{10,}[.]$/s], what)
}

/** Everything is as it was, and signing in works. */
async function checkUnharmed(t: Test, { relay, good, enrolled }: Scene): Promise<void> {
  t.same(
    relay.accounts.listAccounts().map(({ name }) => name),
    ['good'],
  )
  t.same(
    (await relay.accounts.listSites()).map(({ id }) => id),
    ['good'],
  )
  const { status, body } = await openTerminal(t, relay, enrolled.device).get(`${good.origin}/home`)
  t.match([status, body.toString()], [200, /Signed in as ann/])
  for (const line of relay.logged().trim().split('\n')) JSON.parse(line)
}

const enrolments: Readonly<Partial<Record<BadKind, ErrorCode>>> = {
  'huge-page': 'site_too_big',
  'redirect-loop': 'site_redirects',
  'cookie-bomb': 'site_down',
  'no-form': 'form_not_found',
  'registration-only': 'form_not_found',
  'server-error': 'site_down',
}

t.test('a site that cannot be enrolled is refused with what was seen', async (t) => {
  const scene = await openScene(t)
  const enrolAt = (url: string) => scene.api('POST', '/sites', { url, id: 'bad' })
  for (const [kind, code] of Object.entries(enrolments)) {
    const site = await startBadSite(kind as BadKind)
    t.teardown(() => site.stop())
    checkProblem(t, (await enrolAt(site.url)).text, code, kind)
    t.ok(site.requests.length < 30, `${kind}: asked ${site.requests.length} times`)
  }
  checkProblem(t, (await enrolAt('http://127.0.0.1:1/login')).text, 'site_down', 'nobody listens')
  checkProblem(t, (await enrolAt('https://nowhere.test/login')).text, 'site_down', 'no such host')
  const authority = await createTestAuthority()
  const certificates = {
    'from a CA nobody trusts': await authority.issue('erp.test'),
    'self-signed': await selfSigned('erp.test'),
    'for another host': await authority.issue('other.test'),
    expired: await authority.issue('erp.test', { endedDaysAgo: 1 }),
  }
  for (const [what, tls] of Object.entries(certificates)) {
    const site = await startRotatingSite({ tls, host: 'erp.test' })
    t.teardown(() => site.stop())
    const ca = what === 'from a CA nobody trusts' || what === 'self-signed' ? {} : { ca: authority.cert }
    checkProblem(t, (await scene.api('POST', '/sites', { url: site.url, id: 'bad', ...ca })).text, 'site_tls', `a certificate ${what}`)
    t.same(site.requests, [])
  }
  for (const url of ['', 'erp.test', 'ftp://erp.test/', 'javascript:alert(1)', `http://erp.test/${'x'.repeat(3000)}`])
    checkProblem(t, (await enrolAt(url)).text, 'bad_request', url.slice(0, 30))
  await checkUnharmed(t, scene)
})

t.test('a site that turns bad once it is enrolled fails the sign-in, tells which way, and is forgiven', async (t) => {
  const scene = await openScene(t)
  let bad: BusinessSite | undefined
  const turned = await serve(async (request, response) => {
    if (bad === undefined) return { body: loginPage() }
    const answer = await fetch(bad.origin + request.path, { redirect: 'manual', method: request.method })
    response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => name !== 'transfer-encoding')))
    for await (const chunk of answer.body ?? []) if (!response.write(chunk) && response.destroyed) break
    response.end()
    return undefined
  })
  t.teardown(() => turned.stop())
  const { account } = await enrol(scene.relay, { url: turned.url, username: 'ann', password: 'correct horse', id: 'turned' })
  for (const [kind, outcome] of [
    ['huge-page', 'site-down'],
    ['redirect-loop', 'site-down'],
    ['server-error', 'site-down'],
    ['no-form', 'form-not-found'],
    ['forbidden', 'blocked'],
  ] as const) {
    bad = await startBadSite(kind)
    const { text } = await scene.api('POST', `/accounts/${account.id}/login`, {})
    t.match(JSON.parse(text.trim().split('\n').at(-1) ?? ''), { type: 'failed', kind: outcome, seen: [/.{10}/] }, kind)
    await bad.stop()
  }
  await scene.relay.accounts.removeSite('turned')
  await checkUnharmed(t, scene)
})

t.test('a cookie bomb on a page behind the proxy fails that page alone', async (t) => {
  const scene = await openScene(t)
  const bomb = await startBadSite('cookie-bomb')
  t.teardown(() => bomb.stop())
  const mined = await serve(({ method, path }) => {
    if (path === '/mine') return { headers: { 'set-cookie': Array.from({ length: 3000 }, (_, index) => `m${index}=${'x'.repeat(4000)}`) } }
    if (path === '/many') return { headers: { 'set-cookie': Array.from({ length: 300 }, (_, index) => `n${index}=1`) } }
    return method === 'POST'
      ? { status: 303, headers: { location: '/home', 'set-cookie': 'sid=1; Path=/' } }
      : { body: path === '/login' ? loginPage() : 'home' }
  })
  t.teardown(() => mined.stop())
  const { device } = await enrol(scene.relay, { url: mined.url, username: 'ann', password: 'correct horse', id: 'mined' })
  const terminal = openTerminal(t, scene.relay, device)
  const hit = await terminal.get(`${mined.origin}/mine`)
  t.match([hit.status, hit.header('login-relay-error')], [502, 'site_down'])
  for (let count = 0; count < 5; count++) t.equal((await terminal.get(`${mined.origin}/many`)).status, 200)
  t.equal((await terminal.get(`${mined.origin}/home`)).status, 200)
  const sent = mined.requests.at(-1)?.headers.cookie ?? ''
  t.match(sent, /sid=1/, 'the session is among what is kept')
  t.ok(sent.length < 16_384, `${sent.length} characters of cookies`)
  await scene.relay.accounts.removeSite('mined')
  await checkUnharmed(t, scene)
})

t.test('an image that is none, and one that nobody answers, fail the sign-in; nothing is sent', async (t) => {
  const scene = await openScene(t, { login: { personSeconds: 1 } })
  const images = {
    'no image at all': Buffer.from('<html>not an image</html>'),
    'cut off': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    empty: Buffer.alloc(0),
  }
  for (const [what, image] of Object.entries(images)) {
    const site = await serve(({ path }) => {
      if (path.startsWith('/captcha')) return { headers: { 'content-type': 'image/png' }, body: image }
      return { body: loginPage('<img src="/captcha.png" alt="captcha"><label>Captcha <input name="captcha"></label>') }
    })
    t.teardown(() => site.stop())
    const { account } = await enrol(scene.relay, { url: site.url, username: 'ann', password: 'correct horse', id: 'bad' })
    const { text } = await scene.api('POST', `/accounts/${account.id}/login`, {})
    const last = JSON.parse(text.trim().split('\n').at(-1) ?? '') as { type: string; kind: string; seen: string[] }
    t.match(last, { type: 'failed', seen: [/.{10}/] }, `${what}: ${last.kind}, ${last.seen}`)
    t.notOk(
      site.requests.some(({ method }) => method === 'POST'),
      'the password stays',
    )
    await scene.relay.accounts.removeSite('bad')
  }
  await checkUnharmed(t, scene)
})

t.test('unknown accounts, malformed links and expired tickets are refused as such', async (t) => {
  const scene = await openScene(t, { sessions: { ticketSeconds: 5 } })
  const { link } = JSON.parse((await scene.api('POST', '/accounts/good/open', {})).text) as { link: string }
  const issued = performance.now()
  for (const [method, path] of [
    ['GET', '/accounts/none'],
    ['DELETE', '/accounts/none'],
    ['POST', '/accounts/none/login'],
    ['POST', '/accounts/none/open'],
    ['POST', '/accounts/none/logout'],
  ] as const) {
    checkProblem(t, (await scene.api(method, path, method === 'POST' ? {} : undefined)).text, 'account_unknown', `${method} ${path}`)
  }
  checkProblem(t, (await scene.api('POST', '/accounts', { site: 'none', user: 'ann', username: 'u', password: 'p' })).text, 'site_unknown', 'a site')
  for (const ticket of ['', 'short', '../../etc/passwd', 'x'.repeat(500)]) {
    checkProblem(t, (await scene.api('POST', '/tickets/claim', { ticket })).text, 'bad_request', `the ticket ${ticket.slice(0, 20)}`)
  }
  checkProblem(t, (await scene.api('POST', '/tickets/claim', { ticket: 'x'.repeat(43) })).text, 'ticket_invalid', 'a ticket nobody made')
  const whole = new URL(link)
  for (const malformed of [
    '',
    'not a link',
    whole.origin,
    link.slice(0, -40),
    link.replace('/handoff/', '/hand/'),
    link.replace('http:', 'ftp:'),
    `${link}/x`,
  ]) {
    t.throws(() => parseLink(malformed), { code: 'link_malformed', exit: 2 }, malformed)
  }
  await wait(Math.max(0, 5200 - (performance.now() - issued)))
  checkProblem(t, (await scene.api('POST', '/tickets/claim', { ticket: link.split('/').at(-1) ?? '' })).text, 'ticket_invalid', 'an expired ticket')
  await checkUnharmed(t, scene)
})

t.test('a relay that cannot start says why, changes nothing, and starts when it is mended', async (t) => {
  const code = async (started: Promise<unknown>) => started.then(() => 'started').catch((error: unknown) => (isRelayError(error) ? error.code : String(error)))
  const folder = await tempFolder(t)
  const first = await startRelay(t, { folder })
  const good = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => good.stop())
  await enrol(first, { url: good.url, username: 'ann', password: 'correct horse', id: 'good' })
  t.equal(await code(startRelay(t, { folder })), 'data_in_use')
  await first.stop()
  const store = await readFile(join(folder, 'store.json'))

  const key = join(folder, 'master.key')
  const right = await readFile(key)
  await writeFile(key, `${Buffer.alloc(32, 7).toString('base64')}\n`)
  t.equal(await code(startRelay(t, { folder })), 'vault_wrong_key')
  await writeFile(key, right)
  const squatter = createServer().listen(0, '127.0.0.1')
  t.teardown(() => squatter.close())
  await new Promise((resolve) => squatter.once('listening', resolve))
  const { port } = squatter.address() as { port: number }
  for (const room of ['portal', 'proxy'])
    t.equal(await code(startRelay(t, { folder, config: { [room]: { listen: `127.0.0.1:${port}` } } })), 'port_taken', room)
  const plain = await freePort()
  const doors = { listen: `127.0.0.1:${plain}`, tlsListen: `127.0.0.1:${port}` }
  t.equal(await code(startRelay(t, { folder, config: { proxy: doors } })), 'port_taken', 'the TLS listener')
  t.notOk(await isOpen(plain), 'and the plain one is closed again')
  await writeFile(join(folder, 'store.json'), store.subarray(0, store.length / 2))
  t.equal(await code(startRelay(t, { folder })), 'store_damaged')
  t.equal((await readFile(join(folder, 'store.json'))).length, Math.floor(store.length / 2), 'left as it was')
  await writeFile(join(folder, 'store.json'), store)
  await writeFile(join(folder, 'a-file'), '')
  t.equal(await code(startRelay(t, { folder: join(folder, 'a-file', 'data') })), 'data_missing')
  t.equal(await code(startRelay(t, { folder: join(folder, 'nowhere') })), 'data_missing')
  // A folder where a file is wanted: not even root writes there.
  const taken = await tempFolder(t)
  await mkdir(join(taken, 'admin-token'))
  t.equal(await code(startRelay(t, { folder: taken })), 'data_unwritable')
  for (const yaml of ['data: [', 'portal:\n\t listen: x', 'portal: {listen: "no port"}', '- a\n- b', 'portl: {}']) {
    await writeFile(join(folder, 'bad.yaml'), yaml)
    t.equal(await code(loadConfig({ file: join(folder, 'bad.yaml'), cwd: folder, env: {} })), 'config_invalid', yaml)
  }

  const mended = await startRelay(t, { folder })
  const account = mended.accounts.listAccounts()[0]
  t.equal((await mended.sessions.ensure(account?.id ?? '')).account.name, 'good')
})
