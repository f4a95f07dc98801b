import type { Logger } from 'pino'
import { type Audit, type AuditEntry, presentActor } from '../audit/index.ts'
import { RelayError } from '../errors.ts'
import type { DeviceCertificates, Identity, ShownCertificate } from '../identity/index.ts'
import { recorded } from './recorded.ts'
import { ownerOfDevice } from './recorded-identity.ts'
import { Repeats } from './repeats.ts'

/**
 * Certificates of devices: those that are issued, and those that are refused. A refusal is recorded as the concern of whom this relay once
 * issued the certificate to; nobody can make up a certificate that says so.
 */
export function recordedCertificates(certificates: DeviceCertificates, identity: Identity, audit: Audit, now: () => number, log: Logger): DeviceCertificates {
  const repeats = new Repeats(now)

  function recordRefusal({ certificate, serial, address }: ShownCertificate, error: RelayError): void {
    if (repeats.isRepeat(`${serial} ${address}`)) return
    const device = certificates.deviceIn(certificate)
    const known = device === undefined ? {} : { owner: device.userId, device: device.id }
    const entry: AuditEntry = {
      act: 'device.refuse',
      outcome: 'refused',
      who: { kind: 'unknown' },
      from: { address, ...(presentActor()?.from?.agent === undefined ? {} : { agent: presentActor()?.from?.agent as string }) },
      error: error.code,
      reason: String(error.params.reason),
      details: { ...(device === undefined ? {} : { name: device.name }), serial: serial.slice(0, 64) },
      ...known,
    }
    void audit.record(entry).catch((err: unknown) => log.error({ err }, 'the refusal of a certificate could not be recorded'))
  }

  return recorded(
    certificates,
    audit,
    {
      issue: async (device) => ({
        act: 'device.certify',
        device,
        ...(await ownerOfDevice(identity, device)),
        told: ({ serial, expiresAt }) => ({ details: { serial, expiresAt } }),
      }),
    },
    {
      admit(shown) {
        const admitted = certificates.admit(shown)
        if (admitted instanceof RelayError) recordRefusal(shown, admitted)
        return admitted
      },
    },
  )
}
