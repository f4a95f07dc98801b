import { accountRoutes } from './account-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { captchaRoutes } from './captcha-routes.ts'
import { challengeRoutes } from './challenge-routes.ts'
import { choiceRoutes } from './choice-routes.ts'
import { copyRoutes } from './copy-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { declarationRoutes } from './declaration-routes.ts'
import { denyPathRoutes } from './deny-path-routes.ts'
import { deviceCertificateRoutes } from './device-certificate-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { forceOffRoutes } from './force-off-routes.ts'
import { grantRoutes } from './grant-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { inviteRoutes } from './invite-routes.ts'
import { keepAliveRoutes } from './keep-alive-routes.ts'
import { noticeDeliveryRoutes } from './notice-delivery-routes.ts'
import { noticeRoutes } from './notice-routes.ts'
import { pairingRoutes } from './pairing-routes.ts'
import { registrationRoutes } from './registration-routes.ts'
import { relayRoutes } from './relay-routes.ts'
import { requestRoutes } from './request-routes.ts'
import type { ApiRoute } from './route.ts'
import { secondFactorRoutes } from './second-factor-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { siteRoutes } from './site-routes.ts'
import { snapshotRoutes } from './snapshot-routes.ts'
import { ticketRoutes } from './ticket-routes.ts'
import { trafficRoutes } from './traffic-routes.ts'
import { userRoutes } from './user-routes.ts'
import { whyRoutes } from './why-routes.ts'

/** The whole API, in the order of its document. */
export const apiRoutes: readonly ApiRoute[] = [
  ...relayRoutes,
  ...trafficRoutes,
  ...userRoutes,
  ...inviteRoutes,
  ...forceOffRoutes,
  ...secondFactorRoutes,
  ...deviceRoutes,
  ...deviceCertificateRoutes,
  ...pairingRoutes,
  ...choiceRoutes,
  ...siteRoutes,
  ...declarationRoutes,
  ...accountRoutes,
  ...credentialRoutes,
  ...keepAliveRoutes,
  ...denyPathRoutes,
  ...copyRoutes,
  ...grantRoutes,
  ...requestRoutes,
  ...groupRoutes,
  ...whyRoutes,
  ...registrationRoutes,
  ...snapshotRoutes,
  ...sessionRoutes,
  ...captchaRoutes,
  ...challengeRoutes,
  ...eventRoutes,
  ...ticketRoutes,
  ...auditRoutes,
  ...noticeRoutes,
  ...noticeDeliveryRoutes,
]
