import t from 'tap'
import { type HashingScheme, schemes, startHashingSite } from '../sites/scripts/hashing-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { seen } from './seen-script.ts'

/** Its page says nothing of how it is done. */
const byHand: readonly HashingScheme[] = ['rsa oaep with a key of an address, and a nonce']

t.test('what scripts make of a password is read out of them: the address of the page is enough to sign in', async (t) => {
  const relay = await startRelay(t)
  for (const [index, scheme] of (Object.keys(schemes) as HashingScheme[]).filter((one) => !byHand.includes(one)).entries()) {
    const site = await startHashingSite(scheme)
    t.teardown(() => site.stop())
    const { account } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse', id: `site-${index}` })
    await relay.sessions.ensure(account.id)
    t.same(site.book.outcomes, ['signed-in'], `a password sent as ${scheme}, with one try`)
  }
})

const understood: readonly (readonly [what: string, script: string, settings: object])[] = [
  ['variables', 'function send(f) { var pw = f.pass, v = pw.value; v = hex_md5(v); pw.value = v }', { transform: 'md5(password)' }],
  [
    'a template',
    'function send(f) { f.pass.value = md5(`$' + '{f.user.value}-$' + '{md5(f.pass.value)}`) }',
    { transform: 'md5(username + "-" + md5(password))' },
  ],
  ['jQuery in a handler', '$(function () { $("#f").on("submit", function () { $("#p").val($.md5($("#p").val())) }) })', { transform: 'md5(password)' }],
  ['bytes of CryptoJS', 'function send(f) { f.pass.value = CryptoJS.MD5(CryptoJS.SHA1(f.pass.value)) }', { transform: 'md5(sha1.bytes(password))' }],
  [
    'a salt of an address',
    'async function send(f) { const r = await fetch("/salt"); const { } = {}; const d = await r.json(); f.pass.value = sha256(d.data.salt + f.pass.value) }',
    { transform: 'sha256(salt + password)', read: { salt: { url: '/salt', json: 'data.salt' } } },
  ],
  [
    'a key of an address, by jQuery',
    'function send() { $.post("/key", {}, function (r) { var e = new JSEncrypt(); e.setPublicKey(r.key); $("#p").val(e.encrypt($("#p").val())) }) }',
    { transform: 'rsa(key, password)', read: { key: { url: '/key', json: 'key', method: 'post' } } },
  ],
  [
    'a value of a meta element',
    'function send(f) { f.pass.value = sm3(f.pass.value + document.querySelector("meta[name=nonce]").content) }',
    { transform: 'sm3(password + nonce)', read: { nonce: { meta: 'nonce' } } },
  ],
  [
    'AES with a key of the page',
    'function send(f) { var k = CryptoJS.enc.Utf8.parse($("#key").text()); f.pass.value = CryptoJS.AES.encrypt(f.pass.value, k, { mode: CryptoJS.mode.ECB, padding: CryptoJS.pad.Pkcs7 }) }',
    { transform: 'aesEcb(key, password)', read: { key: { element: '#key' } } },
  ],
  ['a text turned round', 'function send(f) { f.pass.value = btoa(f.pass.value.split("").reverse().join("")) }', { transform: 'base64(reverse(password))' }],
  [
    'a check before it',
    'function send(f) { if (!f.pass.value) { alert("none"); return false } f.pass.value = md5(f.pass.value); return true }',
    { transform: 'md5(password)' },
  ],
  ['a field of its own', 'function send(f) { f.digest.value = md5(f.pass.value); f.pass.value = "" }', { values: { digest: '{md5(password)}' } }],
]

for (const [what, script, settings] of understood)
  t.test(`scripts with ${what} are understood`, async (t) => {
    t.same(await seen(t, script), settings)
  })

const doubtful: readonly (readonly [why: string, script: string])[] = [
  ['two ways differ', 'function send(f) { if (f.user.value > "m") f.pass.value = md5(f.pass.value); else f.pass.value = sha1(f.pass.value) }'],
  ['it is done under a condition', 'function send(f) { if (f.pass.value.length < 32) f.pass.value = md5(f.pass.value) }'],
  [
    'two handlers differ',
    'function send(f) { f.pass.value = md5(f.pass.value) } document.getElementById("u").onchange = function () { document.getElementById("p").value = sha1(document.getElementById("p").value) }',
  ],
  ['an operation is not known', 'function send(f) { f.pass.value = md5(mangle(f.pass.value)) }'],
  ['what it takes for a salt nobody knows', 'function send(f) { f.pass.value = md5(f.pass.value + window.salt) }'],
  ['the password goes along beside it', 'function send(f) { f.digest.value = md5(f.pass.value) }'],
  [
    'a function of a known name does something else',
    'function md5(x) { return sha1(x) + "!" } function send(f) { f.pass.value = md5(f.pass.value) === 1 ? "" : mangle(md5(f.pass.value)) }',
  ],
  [
    'the key comes from another site',
    'function send(f) { fetch("https://keys.example/k").then((r) => r.json()).then((d) => { f.pass.value = md5(d.k + f.pass.value) }) }',
  ],
  [
    'a text doubles without end',
    `var s = "aaaaaaaa"; function send(f) { var x = f.pass.value; ${'x = x + x; s = s + s;'.repeat(40)} f.pass.value = md5(x + s) }`,
  ],
  [
    'functions call each other without end',
    'function a(x) { return b(x) + a(x) + b(x) } function b(x) { return a(x) + b(x) } function send(f) { f.pass.value = md5(a(f.pass.value)) }',
  ],
  ['it is nested too deeply', `function send(f) { f.pass.value = ${'md5('.repeat(3000)}f.pass.value${')'.repeat(3000)} }`],
  ['a chain is too long', `var md5x = a${'.b'.repeat(60_000)}; function send(f) { f.pass.value = md5(md5x) }`],
]

for (const [why, script] of doubtful)
  t.test(`scripts are left to the person where ${why}`, async (t) => {
    t.equal(await seen(t, script), undefined)
  })

t.test('a function of the page’s own counts as what it does, whatever it is called', async (t) => {
  t.same(await seen(t, 'function md5(x) { return sha1(x) } function send(f) { f.pass.value = md5(f.pass.value) }'), { transform: 'sha1(password)' })
})

t.test('files of the site’s own origin are read, libraries among them that say nothing', async (t) => {
  const files = {
    '/md5.js': 'function md5cycle(x) { for (;;) { x = x + 1 } } function hex_md5(s) { return rhex(md51(s)) }',
    '/login.js': 'function send(f) { f.pass.value = hex_md5(f.pass.value) }',
  }
  t.same(await seen(t, '', files), { transform: 'md5(password)' })
})

t.test('a file that does not come, or is too large, is left out', async (t) => {
  const files = { '/app.js': `var a = "${'a'.repeat(20_000_000)}"`, '/login.js': 'function send(f) { f.pass.value = hex_md5(f.pass.value) }' }
  t.same(await seen(t, '', files), { transform: 'md5(password)' })
})

t.test('a string of the page that is another one with every load is read each time', async (t) => {
  const found = await seen(t, 'var cfg = { challenge: "x9" }; function send(f) { f.pass.value = md5(f.pass.value + cfg.challenge) }')
  t.match(found, { transform: 'md5(password + challenge)', read: { challenge: { text: /challenge/ } } })
})

t.test('such a string is found again in a script that hides from browsers of old in a comment', async (t) => {
  const found = await seen(t, '<!--\nvar challenge = "x9"; function send(f) { f.pass.value = md5(f.pass.value + challenge) }\n//-->')
  t.match(found, { transform: 'md5(password + challenge)', read: { challenge: { text: /challenge/ } } })
})
