import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RelayError } from '../../errors.ts'
import { allowedMethods } from '../allowed-methods.ts'
import { installAssets } from '../assets.ts'
import { loadPortalPrincipal } from '../identify.ts'
import { assignErrorHeaders, logError, portalError, respondProblem } from '../respond-error.ts'
import type { Rooms } from '../rooms.ts'
import { accountDeeds } from './account-deeds.ts'
import { accountLimits } from './account-limits.ts'
import { accountPage } from './account-page.ts'
import { addAccountPage } from './add-account-page.ts'
import { byHandPage } from './by-hand-page.ts'
import { credentialPage } from './credential-page.ts'
import { devicesPage } from './devices-page.ts'
import { errorPage } from './error-page.ts'
import { evidencePage } from './evidence-page.ts'
import { gatewayPage } from './gateway-page.ts'
import { handoffPage } from './handoff-page.ts'
import { homePage } from './home-page.ts'
import { invitePage } from './invite-page.ts'
import { acceptsHtml } from './leaving-page.ts'
import { lendPage } from './lend-page.ts'
import { lentPage } from './lent-page.ts'
import { newSitePage } from './new-site-page.ts'
import { noticeDeliveryPage } from './notice-delivery-page.ts'
import { noticesPage } from './notices-page.ts'
import { respondPage } from './page-route.ts'
import { pairConfirmPage } from './pair-confirm-page.ts'
import { pairPage } from './pair-page.ts'
import { passkeySignIn } from './passkey-sign-in.ts'
import { passkeysPage } from './passkeys-page.ts'
import { passwordPage } from './password-page.ts'
import { peoplePage } from './people-page.ts'
import { questionPage } from './question-page.ts'
import { recordPage } from './record-page.ts'
import { registrationsPage } from './registrations-page.ts'
import { replacePasswordPage } from './replace-password-page.ts'
import { requestsPage } from './requests-page.ts'
import { securityPage } from './security-page.ts'
import { sessionsPage } from './sessions-page.ts'
import { setUpPage } from './set-up-page.ts'
import { signInCodePage } from './sign-in-code-page.ts'
import { signInPage } from './sign-in-page.ts'
import { signInSetUpPage } from './sign-in-set-up-page.ts'
import { sitePage } from './site-page.ts'
import { sitesPage } from './sites-page.ts'
import { terminalPage } from './terminal-page.ts'
import { verifyPage } from './verify-page.ts'

/** Every page, in the order a person meets them. */
const pages = [
  signInPage,
  signInCodePage,
  signInSetUpPage,
  passkeySignIn,
  invitePage,
  pairPage,
  pairConfirmPage,
  terminalPage,
  homePage,
  addAccountPage,
  newSitePage,
  sitesPage,
  sitePage,
  accountPage,
  evidencePage,
  accountDeeds,
  accountLimits,
  lendPage,
  lentPage,
  requestsPage,
  replacePasswordPage,
  credentialPage,
  registrationsPage,
  questionPage,
  byHandPage,
  handoffPage,
  gatewayPage,
  devicesPage,
  sessionsPage,
  recordPage,
  noticeDeliveryPage,
  noticesPage,
  securityPage,
  passwordPage,
  passkeysPage,
  verifyPage,
  setUpPage,
  peoplePage,
]

/** The pages: forms in, HTML out; what goes wrong is a page for a person, problem details for a tool. */
export async function installPages(app: FastifyInstance, rooms: Rooms): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(formbody, { bodyLimit: 65_536 })
  installAssets(app)
  app.get('/proxy.pac', async (_, reply) => reply.type('application/x-ns-proxy-autoconfig').send(await rooms.pacFile()))
  app.decorate('unreadNotices', (userId) => rooms.notices.unread(userId))
  for (const page of pages) page(app, rooms)

  const respond = async (request: FastifyRequest, reply: Parameters<typeof respondProblem>[0], error: RelayError) => {
    logError(request, error)
    if (!acceptsHtml(request)) return respondProblem(reply, error)
    const principal = await loadPortalPrincipal(rooms, request).catch(() => undefined)
    return respondPage(assignErrorHeaders(reply, error), errorPage(error), principal)
  }
  app.setErrorHandler((thrown, request, reply) => respond(request, reply, portalError(thrown, 'a form: application/x-www-form-urlencoded')))
  app.setNotFoundHandler((request, reply) => respond(request, reply, allowedMethods(app, request)))
}
