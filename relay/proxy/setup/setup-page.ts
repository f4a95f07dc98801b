import type { ServerResponse } from 'node:http'
import type { Target } from '../../traffic/index.ts'
import { ownPaths } from '../deliver.ts'
import type { Rooms } from '../rooms.ts'
import { setupHtml } from './setup-html.ts'

/** What the browser tries: a request to an enrolled site that the relay answers itself. It succeeds where the CA is trusted, whatever the answer. */
const script = `const told = document.getElementById('trust')
fetch(told.dataset.probe, { mode: 'no-cors', cache: 'no-store', credentials: 'omit' }).then(
  () => { told.textContent = 'Trust works: this browser takes the certificates of the relay.'; told.className = 'good' },
  () => { told.textContent = 'This browser does not trust the relay yet: install its CA as told below, then start the browser anew.'; told.className = 'bad' },
)
`

/** `http://relay.pac/`, seen through the proxy: does trust work, and how it is made to. */
export function answerSetup({ accounts, ca, portalUrl }: Pick<Rooms, 'accounts' | 'ca' | 'portalUrl'>, { path }: Target, res: ServerResponse): void {
  switch (path.split('?')[0]) {
    case '/':
      void accounts.listSites().then((sites) => {
        const secure = sites.flatMap(({ origins }) => origins).find((origin) => origin.startsWith('https:'))
        const probe = secure === undefined ? undefined : `${secure}${ownPaths}trust`
        respond(res, 'text/html; charset=utf-8', setupHtml({ probe, fingerprint: ca.fingerprint, hosts: ca.names, portalUrl: portalUrl() }))
      })
      return
    case '/trust.js':
      return void respond(res, 'text/javascript; charset=utf-8', script)
    case '/ca.pem':
      return void respond(res, 'application/x-x509-ca-cert', ca.pem(), ['Content-Disposition', 'attachment; filename="login-relay-ca.pem"'])
    case '/proxy.pac':
      res.writeHead(302, ['Location', `${portalUrl()}/proxy.pac`, 'Content-Length', '0', 'Cache-Control', 'no-store']).end()
      return
    default:
      respond(res, 'text/plain; charset=utf-8', 'There is no such page here: http://relay.pac/\n', [], 404)
  }
}

function respond(res: ServerResponse, type: string, text: string, fields: readonly string[] = [], status = 200): void {
  const body = Buffer.from(text)
  const policy = "default-src 'none'; script-src 'self'; connect-src https:; style-src 'unsafe-inline'; frame-ancestors 'none'"
  res.writeHead(status, [
    ...['Content-Type', type, 'Content-Length', String(body.length), 'Cache-Control', 'no-store'],
    ...['Content-Security-Policy', policy, 'X-Content-Type-Options', 'nosniff', ...fields],
  ])
  res.end(body)
}
