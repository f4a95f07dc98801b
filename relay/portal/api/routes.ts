import { accountRoutes } from './accounts/account-routes.ts'
import { captchaRoutes } from './accounts/captcha-routes.ts'
import { challengeRoutes } from './accounts/challenge-routes.ts'
import { choiceRoutes } from './accounts/choice-routes.ts'
import { copyRoutes } from './accounts/copy-routes.ts'
import { credentialRoutes } from './accounts/credential-routes.ts'
import { denyPathRoutes } from './accounts/deny-path-routes.ts'
import { keepAliveRoutes } from './accounts/keep-alive-routes.ts'
import { registrationRoutes } from './accounts/registration-routes.ts'
import { snapshotRoutes } from './accounts/snapshot-routes.ts'
import { deviceCertificateRoutes } from './devices/device-certificate-routes.ts'
import { deviceRoutes } from './devices/device-routes.ts'
import { pairingRoutes } from './devices/pairing-routes.ts'
import { grantRoutes } from './lending/grant-routes.ts'
import { groupRoutes } from './lending/group-routes.ts'
import { requestRoutes } from './lending/request-routes.ts'
import { whyRoutes } from './lending/why-routes.ts'
import { noticeDeliveryRoutes } from './notices/notice-delivery-routes.ts'
import { noticeRoutes } from './notices/notice-routes.ts'
import { inviteRoutes } from './people/invite-routes.ts'
import { secondFactorRoutes } from './people/second-factor-routes.ts'
import { userRoutes } from './people/user-routes.ts'
import { auditRoutes } from './relay/audit-routes.ts'
import { eventRoutes } from './relay/event-routes.ts'
import { relayRoutes } from './relay/relay-routes.ts'
import { trafficRoutes } from './relay/traffic-routes.ts'
import type { ApiRoute } from './route.ts'
import { forceOffRoutes } from './sessions/force-off-routes.ts'
import { sessionRoutes } from './sessions/session-routes.ts'
import { ticketRoutes } from './sessions/ticket-routes.ts'
import { declarationRoutes } from './sites/declaration-routes.ts'
import { siteRoutes } from './sites/site-routes.ts'

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
