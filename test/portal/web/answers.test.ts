import { request } from 'node:http'
import t from 'tap'
import { startPortal } from '../start-portal.ts'

/** On every answer, whatever it is. */
const expected: Readonly<Record<string, RegExp>> = {
  'content-security-policy': /^default-src 'none'.*frame-ancestors 'none'.*base-uri 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
}

t.test('every route, found or not, carries the security headers and is kept by no cache', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const paths = [
    '/',
    '/sign-in',
    '/devices',
    '/sessions',
    '/set-up',
    '/accounts/new',
    '/sites/new',
    `/accounts/${relay.ann.account.id}`,
    `/accounts/${relay.ann.account.id}/password`,
  ]
  const others = [
    '/handoff/x',
    '/nowhere',
    '/%zz',
    '/proxy.pac',
    '/questions',
    '/questions/none',
    '/api/v1/me',
    '/api/v1/health',
    '/api/v1/nowhere',
    '/api/v1/users?x=1',
    '/api/v1/openapi.json',
    '/api/v1/ca.pem',
  ]
  for (const visitor of [browser, relay.visitor()]) {
    for (const path of [...paths, ...others]) {
      const { headers, body } = await visitor.get(path)
      for (const [name, value] of Object.entries(expected)) t.match(headers.get(name) ?? '', value, `${name} of ${path}`)
      t.equal(headers.get('cache-control'), 'no-store', `cache-control of ${path}`)
      t.equal(headers.get('access-control-allow-origin'), null, path)
      if (headers.get('content-type')?.startsWith('text/html')) t.match(body, /^<!doctype html>\n<html lang="en">/, path)
    }
  }
})

t.test('pages may do what the policy names and nothing else', async (t) => {
  const relay = await startPortal(t)
  const policy = (await relay.visitor().get('/sign-in')).headers.get('content-security-policy') ?? ''
  t.same(Object.fromEntries(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')])), {
    'default-src': "'none'",
    'style-src': "'self'",
    'script-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
  })
})

t.test('style and script come from memory under names that change with them', async (t) => {
  const visitor = (await startPortal(t)).visitor()
  const { body } = await visitor.get('/sign-in')
  const path = /href="(\/assets\/portal-[0-9a-f]{16}\.css)"/.exec(body)?.[1] ?? ''
  const style = await visitor.get(path)
  t.equal(style.status, 200)
  t.match(style.headers.get('cache-control'), /immutable/)
  t.equal((await visitor.get(path, { 'if-none-match': style.headers.get('etag') ?? '' })).status, 304)
})

t.test('everything that goes wrong in the API is a problem document', async (t) => {
  const relay = await startPortal(t)
  const authorization = `Bearer ${relay.adminToken}`
  const json = { authorization, 'content-type': 'application/json' }
  const cases: readonly (readonly [name: string, path: string, init: RequestInit, status: number, code: string])[] = [
    ['no such route', '/nowhere', {}, 404, 'not_found'],
    ['wrong method', '/health', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['wrong method on a path with a part', '/devices/x', { headers: { authorization } }, 405, 'method_not_allowed'],
    ['broken JSON', '/users', { method: 'POST', headers: json, body: '{"name":"hunter2' }, 400, 'bad_request'],
    ['empty JSON', '/users', { method: 'POST', headers: json, body: '' }, 400, 'bad_request'],
    [
      'prototype in JSON',
      '/users',
      { method: 'POST', headers: json, body: '{"__proto__":{"role":"admin"},"name":"eve","password":"hunter2hunter2"}' },
      400,
      'bad_request',
    ],
    ['a body too large', '/users', { method: 'POST', headers: json, body: JSON.stringify({ name: 'x'.repeat(200_000) }) }, 413, 'body_too_large'],
    ['a form', '/users', { method: 'POST', headers: { authorization }, body: new URLSearchParams({ name: 'x' }) }, 415, 'media_type_unsupported'],
    ['text', '/users', { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: 'x' }, 415, 'media_type_unsupported'],
    ['an unknown query key', '/accounts/erp?uzer=x', { headers: { authorization } }, 400, 'bad_request'],
    ['an undecodable address', '/devices/%zz', { method: 'DELETE', headers: { authorization } }, 404, 'not_found'],
    ['nobody', '/me', {}, 401, 'unauthenticated'],
    ['an unknown token', '/me', { headers: { authorization: 'Bearer lr_hunter2' } }, 401, 'unauthenticated'],
    ['another scheme', '/me', { headers: { authorization: 'Digest hunter2' } }, 401, 'unauthenticated'],
  ]
  for (const [name, path, init, status, code] of cases) {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, init)
    const problem = (await answer.json()) as { status: number; code: string; title: string; next: string }
    t.equal(answer.status, status, name)
    t.equal(answer.headers.get('content-type'), 'application/problem+json', name)
    t.equal(answer.headers.get('login-relay-error'), code, name)
    t.match(problem, { status, code, title: /.../, next: /.../ }, name)
    t.notMatch(JSON.stringify(problem), /hunter2|FST_|SyntaxError/, `${name}: quotes nothing`)
  }
  t.notMatch(relay.logged(), /hunter2/)
})

t.test('405 tells which methods an address takes (RFC 9110 section 15.5.6)', async (t) => {
  const relay = await startPortal(t)
  t.equal((await fetch(`${relay.portalUrl}/api/v1/health`, { method: 'POST' })).headers.get('allow'), 'GET, HEAD')
  t.equal((await fetch(`${relay.portalUrl}/sign-out`)).headers.get('allow'), 'POST')
})

t.test('401 carries a challenge that makes browsers ask for nothing (RFC 9110 section 15.5.2)', async (t) => {
  const relay = await startPortal(t)
  t.equal((await fetch(`${relay.portalUrl}/api/v1/me`)).headers.get('www-authenticate'), 'Login-Relay realm="login-relay"')
})

t.test('a person gets a page where a tool gets a problem document', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const page = await browser.get('/nowhere')
  t.equal(page.status, 404)
  t.match(page.body, /There is no such address/)
  t.match((await browser.get('/nowhere', { accept: '*/*' })).headers.get('content-type'), /problem\+json/)
})

t.test('a body that breaks off is the client’s doing, not an error in the log', async (t) => {
  const relay = await startPortal(t)
  const { hostname, port } = new URL(relay.portalUrl)
  const headers = { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json', 'content-length': '1000' }
  const sent = request({ host: hostname, port, path: '/api/v1/users', method: 'POST', headers })
  const gone = new Promise((resolve) => sent.on('close', resolve))
  sent.on('error', () => {})
  sent.write('{"name":')
  await new Promise((resolve) => setTimeout(resolve, 100))
  sent.destroy()
  await gone
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.notMatch(relay.logged(), /"level":50/)
})

t.test('what is not HTTP is refused without a word of what was sent', async (t) => {
  const relay = await startPortal(t)
  const { hostname, port } = new URL(relay.portalUrl)
  const status = await new Promise<number | undefined>((resolve) => {
    const raw = request({ host: hostname, port, path: '/', headers: { host: 'localhost', 'x-long': 'x'.repeat(40_000) } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    raw.on('error', () => resolve(undefined))
    raw.end()
  })
  t.equal(status, 431)
})
