import { createHmac, randomBytes } from 'node:crypto'
import { formOf, type ReceivedRequest, seeOther, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'
import { type Protocol, startApplication } from './application.ts'
import { hosts, loginForm, originOf, type SingleSignOn, type SingleSignOnOptions } from './identity-provider.ts'

/** How the page with the message gets sent. */
export type PostedBy = 'onload' | 'inline script' | 'script in a file'

/**
 * Follows the HTTP POST binding (saml-bindings-2.0, section 3.5) in both directions. The assertion is signed with a shared key: who may forge
 * it is not the matter here.
 */
export async function startSaml(
  postedBy: PostedBy,
  { username = 'ann', password = 'correct horse', inFront }: SingleSignOnOptions = {},
): Promise<SingleSignOn> {
  const book = new SignInBook(username, password)
  const key = randomBytes(32)
  const asked = new Set<string>()
  const waiting = new Map<string, { readonly id: string; readonly acs: string; readonly relayState: string }>()

  const provider = await serve(
    (request) => {
      const form = formOf(request)
      const flow = request.cookies.flow ?? ''
      switch (`${request.method} ${request.path}`) {
        case 'POST /idp/sso': {
          const message = decode(form.get('SAMLRequest'))
          const key = randomBytes(8).toString('hex')
          waiting.set(key, {
            id: attributeOf(message, 'ID'),
            acs: attributeOf(message, 'AssertionConsumerServiceURL'),
            relayState: form.get('RelayState') ?? '',
          })
          return seeOther('/idp/login', [`flow=${key}; Path=/idp; HttpOnly`])
        }
        case 'GET /idp/login':
          return { body: loginForm('login', '') }
        case 'POST /idp/login': {
          const request = waiting.get(flow)
          if (request === undefined) return { status: 400 }
          const session = book.signIn(form.get('username') ?? '', form.get('password') ?? '')
          if (session === undefined) return { body: loginForm('login', 'Wrong user name or password.') }
          waiting.delete(flow)
          const fields = { SAMLResponse: responseFor(request.id, username, key), RelayState: request.relayState }
          return { headers: { 'set-cookie': `idp_session=${session}; Path=/; HttpOnly` }, body: posting(request.acs, fields, postedBy) }
        }
        case 'GET /idp/account':
          return book.who(request.cookies.idp_session) === undefined ? { status: 401 } : { body: '<title>Account</title>' }
        default:
          return { status: 404, body: '' }
      }
    },
    { host: hosts.provider },
  )

  const origin = await originOf(new URL(provider.origin).port, inFront)
  const protocol: Protocol = {
    begin(application) {
      const id = `_${randomBytes(12).toString('hex')}`
      asked.add(id)
      const message = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${id}" Version="2.0" AssertionConsumerServiceURL="${application}/callback"/>`
      return { body: posting(`${origin}/idp/sso`, { SAMLRequest: encode(message), RelayState: 'a&b "c"' }, postedBy) }
    },
    end: async (request) => checkResponse(request, key, asked),
  }
  const application = await startApplication(() => protocol, { host: hosts.application })
  return {
    application,
    provider: { origin, book, account: `${origin}/idp/account` },
    stop: async () => void (await Promise.all([application.stop(), provider.stop()])),
  }
}

function responseFor(id: string, who: string, key: Buffer): string {
  const assertion = `<saml:Assertion><saml:NameID>${who}</saml:NameID></saml:Assertion>`
  const signature = createHmac('sha256', key)
    .update(id + assertion)
    .digest('base64')
  return encode(`<samlp:Response InResponseTo="${id}" Signature="${signature}">${assertion}</samlp:Response>`)
}

/** Each answer is good once, for what was asked. */
function checkResponse(request: ReceivedRequest, key: Buffer, asked: Set<string>): string | undefined {
  const form = formOf(request)
  const message = decode(form.get('SAMLResponse'))
  const id = attributeOf(message, 'InResponseTo')
  const assertion = /<saml:Assertion>.*<\/saml:Assertion>/s.exec(message)?.[0] ?? ''
  const signature = createHmac('sha256', key)
    .update(id + assertion)
    .digest('base64')
  const isRight = request.method === 'POST' && asked.delete(id) && attributeOf(message, 'Signature') === signature && form.get('RelayState') === 'a&b "c"'
  return isRight ? /<saml:NameID>(.*?)</.exec(assertion)?.[1] : undefined
}

/** The page of section 3.5.4, with the button for browsers without scripts that its example has. */
function posting(action: string, fields: Readonly<Record<string, string>>, by: PostedBy): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"/>`,
  )
  const scripts = { onload: '', 'inline script': '<script>document.forms[0].submit()</script>', 'script in a file': '<script src="/post.js"></script>' }
  return `<!doctype html><title>Continue</title><body${by === 'onload' ? ' onload="document.forms[0].submit()"' : ''}>
<noscript><p>Your browser does not run scripts: press Continue once.</p></noscript>
<form action="${action}" method="post">${inputs.join('')}<noscript><input type="submit" value="Continue"/></noscript></form>${scripts[by]}`
}

function encode(message: string): string {
  return Buffer.from(message).toString('base64')
}

function decode(field: string | null): string {
  return Buffer.from(field ?? '', 'base64').toString()
}

function attributeOf(message: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(message)?.[1] ?? ''
}
