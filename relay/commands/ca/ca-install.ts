/**
 * `ca install`: puts the relay's CA where this machine's browsers and tools look for it, and takes it out again with --undo.
 *
 * Refuses: a file that holds anything but one certificate of a CA.
 */
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { printJson, printLine } from '../verb/output.ts'
import { readNamedFile } from '../verb/read-named-file.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb } from '../verb/verb.ts'
import { findNssFolders, findStores, missingDatabase } from './find-stores.ts'
import { inWords, perform, type Step } from './step.ts'
import { installSteps, type Places, removeSteps, type StoreName, storeNames } from './stores.ts'

export { type Certificate, installSteps, removeSteps } from './stores.ts'

interface InstallOptions extends CommonOptions {
  readonly store?: readonly string[]
  readonly nssFolder?: readonly string[]
  readonly keystore?: string
  readonly keystorePassword?: string
  readonly file?: string
  readonly undo?: boolean
  readonly dryRun?: boolean
}

/** `fetchPem`: the certificate of the running relay. */
export function caInstallVerb(ca: Command, fetchPem: (options: CommonOptions) => Promise<string>): void {
  verb(ca, 'install', 'make this machine trust it, or with --undo no longer')
    .option('--store <NAME...>', `where: ${storeNames.join(', ')} (default: the system's, and nss where a browser has a database of it)`)
    .option('--nss-folder <DIR...>', 'folders with an NSS database (default: those of this person)')
    .option('--keystore <FILE>', 'the Java keystore (default: that of the Java that runs)')
    .option('--keystore-password <FILE>', 'a file with its password')
    .option('--file <FILE>', 'the certificate, on a machine where no relay runs')
    .option('--undo', 'take it out again')
    .option('--dry-run', 'print what would be done')
    .action((options: InstallOptions) => install(options, fetchPem))
}

async function install(options: InstallOptions, fetchPem: (options: CommonOptions) => Promise<string>): Promise<void> {
  const pem = options.file === undefined ? await fetchPem(options) : await readNamedFile(options.file, 'ca install')
  const certificate = checkAuthority(pem)
  const found = options.nssFolder ?? findNssFolders()
  const stores = options.store === undefined ? findStores(found) : checkStores(options.store)
  if (stores.length === 0) throw usage('No store was found here: name one with --store.')
  // Only on request: under sudo it might be another person's home.
  const makesOne = options.store?.includes('nss') === true && options.nssFolder === undefined && options.undo !== true
  const newNss = makesOne ? missingDatabase() : undefined
  const nss = newNss === undefined ? found : [newNss, ...found]
  if (stores.includes('nss') && nss.length === 0) throw usage('No NSS database was found: name its folder with --nss-folder.')
  const { keystore, keystorePassword } = options
  const places: Places = {
    nss,
    ...(newNss === undefined ? {} : { newNss }),
    ...(keystore === undefined ? {} : { keystore }),
    ...(keystorePassword === undefined ? {} : { keystorePassword }),
  }
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-ca-'))
  try {
    const file = join(folder, 'login-relay-ca.pem')
    // The tools of some stores run as another user.
    await writeFile(file, pem, { mode: 0o644 })
    const given = { file: options.dryRun === true ? (options.file ?? 'login-relay-ca.pem') : file, thumbprint: certificate.fingerprint.replaceAll(':', '') }
    const steps = stores.flatMap((store) => (options.undo === true ? removeSteps : installSteps)(store, given, places))
    if (options.dryRun !== true) await performAll(steps, options.undo === true)
    tell(options, stores, steps, certificate)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Taking out goes on past a store that fails: trust that stays is worse than a late word of it. */
async function performAll(steps: readonly Step[], goesOn: boolean): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    await perform(step).catch((error: unknown) => {
      if (!goesOn) throw error
      failures.push(error)
    })
  }
  if (failures.length > 0) throw failures[0]
}

function tell({ json, dryRun, undo }: InstallOptions, stores: readonly StoreName[], steps: readonly Step[], { fingerprint256 }: X509Certificate): void {
  const lines = steps.map(inWords)
  if (json === true) printJson({ stores, done: dryRun !== true, steps: lines, fingerprint: fingerprint256 })
  else if (dryRun === true) for (const line of lines) printLine(line)
  else if (undo === true) printLine(`Taken out of: ${stores.join(', ')}.`)
  else {
    printLine(`Put into: ${stores.join(', ')}. SHA-256 ${fingerprint256}`)
    const isSystemAlone = stores.some((store) => store === 'debian' || store === 'fedora') && !stores.includes('nss')
    if (isSystemAlone) printLine('Firefox and Chromium look elsewhere: whoever uses them runs `login-relay ca install --store nss`, without sudo.')
  }
}

/** One certificate, of a CA: a store of roots is no place for anything else. */
function checkAuthority(pem: string): X509Certificate {
  if (pem.match(/-----BEGIN /g)?.length !== 1) throw usage('The file holds something else than one certificate.')
  try {
    const certificate = new X509Certificate(pem)
    if (certificate.ca) return certificate
  } catch {
    // Told below.
  }
  throw usage("The file does not hold a CA's certificate.")
}

function checkStores(given: readonly string[]): StoreName[] {
  return given.map((name) => {
    const known = storeNames.find((store) => store === name)
    if (known === undefined) throw usage(`There is no store ${name}; there are ${storeNames.join(', ')}.`)
    return known
  })
}

function usage(problem: string): RelayError {
  return new RelayError('usage', { params: { problem, verb: 'ca install' } })
}
