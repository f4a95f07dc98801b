import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { formOf, type ReceivedRequest, seeOther } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'
import { type Protocol, startApplication } from './application.ts'
import { hosts, loginForm, originOf, type SingleSignOn, type SingleSignOnOptions } from './identity-provider.ts'

const client = { id: 'orders', secret: 'a secret between the two servers' }

/** The code flow of OpenID Connect with PKCE, at a real provider (oidc-provider). `mode`: how the code comes back. */
export async function startOpenId(
  mode: 'query' | 'form_post',
  { username = 'ann', password = 'correct horse', inFront }: SingleSignOnOptions = {},
): Promise<SingleSignOn> {
  const book = new SignInBook(username, password)
  const begun = new Map<string, string>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = await originOf(port, inFront)

  const protocol: Protocol = {
    begin(origin) {
      const state = randomBytes(8).toString('hex')
      const verifier = randomBytes(32).toString('base64url')
      begun.set(state, verifier)
      const url = new URL('/auth', issuer)
      url.search = new URLSearchParams({
        client_id: client.id,
        response_type: 'code',
        response_mode: mode,
        scope: 'openid',
        redirect_uri: `${origin}/callback`,
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString()
      return seeOther(url.href, [`state=${state}; Path=/; HttpOnly`])
    },
    async end(request, origin) {
      if ((request.method === 'POST') !== (mode === 'form_post')) return undefined
      const { code, state } = answerOf(request, origin)
      const verifier = begun.get(state)
      begun.delete(state)
      if (verifier === undefined || request.cookies.state !== state) return undefined
      return whoseCode(port, new URL(issuer).host, { code, code_verifier: verifier, redirect_uri: `${origin}/callback` })
    },
  }
  const application = await startApplication(() => protocol, { host: hosts.application })

  const provider = providerFor(issuer, `${application.origin}/callback`, username)
  const callback = provider.callback()
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/account') return void response.writeHead(/\b_session=/.test(request.headers.cookie ?? '') ? 200 : 401).end()
    if (!request.url?.startsWith('/interaction/')) return callback(request, response)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (request.method !== 'POST') return void response.end(loginForm(request.url, ''))
    const form = await readForm(request)
    if (book.signIn(form.get('username') ?? '', form.get('password') ?? '') === undefined)
      return void response.end(loginForm(request.url, 'Wrong user name or password.'))
    await provider.interactionFinished(request, response, { login: { accountId: username } })
  })
  const stop = async () => {
    server.closeAllConnections()
    await Promise.all([application.stop(), new Promise((resolve) => server.close(resolve))])
  }
  return { application, provider: { origin: issuer, book, account: `${issuer}/account` }, stop }
}

/** Who signs in has agreed to this application once and for all. */
function providerFor(issuer: string, redirectUri: string, accountId: string): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'k' }] },
    ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60 },
    cookies: { keys: ['a key of this test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    async loadExistingGrant() {
      const grant = new provider.Grant({ clientId: client.id, accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
  })
  return provider
}

function answerOf(request: ReceivedRequest, origin: string): { readonly code: string; readonly state: string } {
  const given = request.method === 'POST' ? formOf(request) : new URL(request.path, origin).searchParams
  return { code: given.get('code') ?? '', state: given.get('state') ?? '' }
}

/** The application asks the provider itself; their names are known to each other alone. */
function whoseCode(port: number, host: string, fields: Readonly<Record<string, string>>): Promise<string | undefined> {
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: client.id, client_secret: client.secret, ...fields }).toString()
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' }
    const outgoing = send({ host: '127.0.0.1', port, path: '/token', method: 'POST', headers }, async (answer) => {
      const { id_token: token } = JSON.parse(await textOf(answer)) as { id_token?: string }
      resolve(token === undefined ? undefined : JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await textOf(request))
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
