import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RelayError } from '../../errors.ts'
import { loadPortalPrincipal } from '../caller/identify.ts'
import type { Rooms } from '../rooms.ts'
import { allowedMethods } from '../web/allowed-methods.ts'
import { installAssets } from '../web/assets.ts'
import { assignErrorHeaders, logError, portalError, respondProblem } from '../web/respond-error.ts'
import { accountDeeds } from './accounts/account-deeds.ts'
import { accountLimits } from './accounts/account-limits.ts'
import { accountPage } from './accounts/account-page.ts'
import { addAccountPage } from './accounts/add-account-page.ts'
import { byHandPage } from './accounts/by-hand-page.ts'
import { copiesPage } from './accounts/copies-page.ts'
import { credentialPage } from './accounts/credential-page.ts'
import { evidencePage } from './accounts/evidence-page.ts'
import { gatewayPage } from './accounts/gateway-page.ts'
import { handoffPage } from './accounts/handoff-page.ts'
import { homePage } from './accounts/home-page.ts'
import { questionPage } from './accounts/question-page.ts'
import { registrationsPage } from './accounts/registrations-page.ts'
import { replacePasswordPage } from './accounts/replace-password-page.ts'
import { peoplePage } from './administration/people-page.ts'
import { recordPage } from './administration/record-page.ts'
import { devicesPage } from './devices/devices-page.ts'
import { setUpPage } from './devices/set-up-page.ts'
import { errorPage } from './error-page.ts'
import { acceptsHtml } from './leaving-page.ts'
import { groupsPage } from './lending/groups-page.ts'
import { lendPage } from './lending/lend-page.ts'
import { lentPage } from './lending/lent-page.ts'
import { requestsPage } from './lending/requests-page.ts'
import { noticeDeliveryPage } from './notices/notice-delivery-page.ts'
import { noticesPage } from './notices/notices-page.ts'
import { respondPage } from './page-route.ts'
import { pairConfirmPage } from './pairing/pair-confirm-page.ts'
import { pairPage } from './pairing/pair-page.ts'
import { terminalPage } from './pairing/terminal-page.ts'
import { passkeysPage } from './security/passkeys-page.ts'
import { passwordPage } from './security/password-page.ts'
import { securityPage } from './security/security-page.ts'
import { sessionsPage } from './security/sessions-page.ts'
import { invitePage } from './sign-in/invite-page.ts'
import { passkeySignIn } from './sign-in/passkey-sign-in.ts'
import { signInCodePage } from './sign-in/sign-in-code-page.ts'
import { signInPage } from './sign-in/sign-in-page.ts'
import { signInSetUpPage } from './sign-in/sign-in-set-up-page.ts'
import { verifyPage } from './sign-in/verify-page.ts'
import { newSitePage } from './sites/new-site-page.ts'
import { sitePage } from './sites/site-page.ts'
import { sitesPage } from './sites/sites-page.ts'

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
  groupsPage,
  replacePasswordPage,
  credentialPage,
  registrationsPage,
  questionPage,
  byHandPage,
  handoffPage,
  gatewayPage,
  devicesPage,
  copiesPage,
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
