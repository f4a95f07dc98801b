import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { readText } from '../verb/client.ts'
import { printable, printJson, printLine, printNote } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { caInstallVerb } from './ca-install.ts'

/** `ca show|export|install`: the certificate that terminals trust. */
export function caVerbs(ca: Command): void {
  verb(ca, 'show', 'what it is, and for which hosts it can vouch').action(show)
  verb(ca, 'export', 'print its certificate as PEM').option('--output <FILE>', 'write it to a file').action(exportPem)
  caInstallVerb(ca, fetchCa)
}

/** The CA's certificate, PEM. */
async function fetchCa(options: CommonOptions): Promise<string> {
  return withRelay(options, async (relay) => readText(await relay.open('GET', '/api/v1/ca.pem')))
}

async function show(options: CommonOptions): Promise<void> {
  // What reads names out of a certificate is large; `ca export` and `ca install` do without.
  const { vouchedHosts } = await import('./vouched-hosts.ts')
  const certificate = new X509Certificate(await fetchCa(options))
  const shown = {
    subject: certificate.subject,
    fingerprint: certificate.fingerprint256,
    validFrom: certificate.validFrom,
    validTo: certificate.validTo,
    hosts: vouchedHosts(certificate),
  }
  if (options.json === true) return printJson(shown)
  printLine(`Subject      ${shown.subject}`)
  printLine(`SHA-256      ${shown.fingerprint}`)
  printLine(`Valid        ${shown.validFrom} to ${shown.validTo}`)
  printLine(`Vouches for  ${shown.hosts.map(printable).join(', ') || 'nothing: no site with HTTPS is enrolled'}`)
  printNote('Enrolling or removing a site makes a new certificate on the same key: install it anew then.')
}

async function exportPem(options: CommonOptions & { output?: string }): Promise<void> {
  const pem = await fetchCa(options)
  if (options.output === undefined) return options.json === true ? printJson({ pem }) : void process.stdout.write(pem)
  try {
    await writeFile(options.output, pem)
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${options.output} cannot be written.`, verb: 'ca export' }, cause })
  }
  if (options.json === true) printJson({ file: options.output })
  else printLine(`Written to ${options.output}.`)
}
