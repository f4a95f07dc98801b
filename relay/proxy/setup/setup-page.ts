import { ownPaths } from '../deliver.ts'
import type { Rooms } from '../rooms.ts'
import { answerChooser, type ChooserRequest } from './chooser/answer-chooser.ts'
import { chooserPath } from './chooser/chooser-address.ts'
import { respondSetup } from './respond-setup.ts'
import { setupHtml } from './setup-html.ts'

/** What the browser tries: a request to an enrolled site that the relay answers itself. It succeeds where the CA is trusted, whatever the answer. */
const script = `const told = document.getElementById('trust')
fetch(told.dataset.probe, { mode: 'no-cors', cache: 'no-store', credentials: 'omit' }).then(
  () => { told.textContent = 'Trust works: this browser takes the certificates of the relay.'; told.className = 'good' },
  () => { told.textContent = 'This browser does not trust the relay yet: install its CA as told below, then start the browser anew.'; told.className = 'bad' },
)
`

/** `http://relay.pac/`, seen through the proxy: does trust work, and how it is made to; and which account this device uses at a site. */
export function answerSetup(rooms: Rooms, request: ChooserRequest): void {
  const { accounts, ca, portalUrl } = rooms
  const { res, target } = request
  switch (target.path.split('?')[0]) {
    case '/':
      void accounts
        .listSites()
        .then((sites) => {
          const secure = sites.flatMap(({ origins }) => origins).find((origin) => origin.startsWith('https:'))
          const probe = secure === undefined ? undefined : `${secure}${ownPaths}trust`
          respondSetup(res, 'text/html; charset=utf-8', setupHtml({ probe, fingerprint: ca.fingerprint, hosts: ca.names, portalUrl: portalUrl() }))
        })
        .catch(() => res.destroy())
      return
    case chooserPath:
      return void answerChooser(rooms, request)
    case '/trust.js':
      return void respondSetup(res, 'text/javascript; charset=utf-8', script)
    case '/ca.pem':
      return void respondSetup(res, 'application/x-x509-ca-cert', ca.pem(), ['Content-Disposition', 'attachment; filename="login-relay-ca.pem"'])
    case '/proxy.pac':
      res.writeHead(302, ['Location', `${portalUrl()}/proxy.pac`, 'Content-Length', '0', 'Cache-Control', 'no-store']).end()
      return
    default:
      respondSetup(res, 'text/plain; charset=utf-8', 'There is no such page here: http://relay.pac/\n', [], 404)
  }
}
