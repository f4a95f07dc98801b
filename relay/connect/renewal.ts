import { setTimeout as pause } from 'node:timers/promises'
import { certificateRequest } from './certificate-request.ts'
import type { Enrolments } from './enrolments.ts'
import type { LocalProxy } from './local-proxy.ts'
import type { RelayLink } from './relay-link.ts'

/** A connection of plain HTTP counts as idle after so long, and is ended after so long at the latest. Milliseconds. */
const quietFor = 2000
const longest = 30_000

/**
 * Another certificate for another key, asked for with the present one as proof; that one is good until the new one is used, so nothing is lost
 * where this breaks off anywhere. What is kept comes before what is used.
 */
export async function renew(link: RelayLink, enrolments: Enrolments, proxy: LocalProxy): Promise<void> {
  const { enrolment } = link
  const { key, request } = await certificateRequest(enrolment.device)
  const path = `/api/v1/devices/${encodeURIComponent(enrolment.deviceId)}/certificate`
  const { certificate, proxyAuthority: authority = enrolment.authority } = await link.call<{ certificate: string; proxyAuthority?: string }>('POST', path, {
    request,
  })
  const renewed = { ...enrolment, key, certificate, authority }
  await enrolments.put(renewed)
  // On a connection that is no tunnel the relay looks at the certificate with each message: from here on new ones show the new one.
  for (const end = Date.now() + longest; proxy.endQuiet(link, quietFor) > 0 && Date.now() < end; ) await pause(quietFor / 4)
  proxy.endQuiet(link, 0)
  link.use(renewed)
}
