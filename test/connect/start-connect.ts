import type { Test } from 'tap'
import { type Connect, type ConnectOptions, certificateRequest, createConnect, type Enrolment, Enrolments } from '../../relay/connect/index.ts'
import type { House } from '../proxy/start-house.ts'
import { tempFolder } from '../temp-folder.ts'

/** A relay that clients reach over TLS. */
export const overTls = { proxy: { tlsListen: '127.0.0.1:0' } }

/** What `device enroll --connect` writes for the device of a house. */
export async function enrolmentAt(house: House, device = house.device): Promise<Enrolment> {
  const { key, request } = await certificateRequest(device.name)
  const { certificate } = await house.deviceCertificates.issue(device.id, request)
  const authority = (await house.proxy.tlsAuthority()) as string
  return { address: house.proxy.tlsAddress as string, device: device.name, deviceId: device.id, key, certificate, authority }
}

export interface StartedConnect extends Connect {
  readonly enrolments: Enrolments
  readonly said: readonly string[]
  readonly proxyUrl: string
}

/** The client program, in this process, until the test ends. */
export async function startConnect(t: Test, enrolled: readonly Enrolment[], options: Partial<ConnectOptions> = {}): Promise<StartedConnect> {
  const enrolments = new Enrolments(await tempFolder(t))
  for (const enrolment of enrolled) await enrolments.put(enrolment)
  const said: string[] = []
  const connect = await createConnect({ enrolments, relays: [], listen: '127.0.0.1:0', say: (text) => said.push(text), ...options })
  await connect.start()
  t.teardown(() => connect.stop())
  return Object.assign(connect, { enrolments, said, proxyUrl: `http://${connect.address}` })
}
