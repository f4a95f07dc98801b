import { z } from 'zod'
import { loadDevice } from '../../access.ts'
import { idParams, time } from '../fields.ts'
import { route } from '../route.ts'

const example = { certificate: '-----BEGIN CERTIFICATE-----\n...', serial: '4F6E', expiresAt: 1_760_000_000_000 }

/** What a device proves itself with at the proxy's TLS listener. */
export const deviceCertificateRoutes = [
  route({
    method: 'POST',
    path: '/devices/:id/certificate',
    summary: 'Get a client certificate for a device, good for 90 days; a device may ask for its own',
    access: 'known',
    fresh: true,
    params: idParams,
    body: z
      .strictObject({ request: z.string().min(1).max(8192).meta({ description: 'PKCS#10 in PEM, for a key on P-256 that stays where it is.' }) })
      .meta({ examples: [{ request: '-----BEGIN CERTIFICATE REQUEST-----\n...' }] }),
    status: 201,
    answer: z
      .object({
        certificate: z.string(),
        serial: z.string(),
        expiresAt: time,
        proxy: z.string().optional().meta({ description: 'HOST:PORT of the TLS listener.' }),
        proxyAuthority: z.string().optional().meta({ description: 'What alone vouches for that listener, PEM.' }),
      })
      .meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, body }) => {
      const { id } = await loadDevice(rooms, principal, 'certify', params.id)
      const [proxy, proxyAuthority] = [rooms.tlsProxyAddress(), await rooms.tlsProxyAuthority()]
      return {
        ...(await rooms.deviceCertificates.issue(id, body.request)),
        ...(proxy === undefined || proxyAuthority === undefined ? {} : { proxy, proxyAuthority }),
      }
    },
  }),
]
