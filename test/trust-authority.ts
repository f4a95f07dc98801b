import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** What to do where certutil is missing. */
export const wantedCertutil = 'certutil, by which Chromium on Linux is told what to trust, was not found: install it (Debian: apt-get install libnss3-tools)'

/** NSS's tool, with which a person's own trust is kept on Linux. */
export function findCertutil(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'certutil'))
    .find((file) => existsSync(file))
}

/** Makes Chromium trust a CA as a person does who installs it: in the NSS database of this home directory. */
export async function trustAuthority(home: string, pem: string): Promise<void> {
  const certutil = findCertutil()
  if (certutil === undefined) throw new Error(wantedCertutil)
  const database = join(home, '.pki', 'nssdb')
  const file = join(home, 'authority.pem')
  await mkdir(database, { recursive: true })
  await writeFile(file, pem)
  const run = promisify(execFile)
  await run(certutil, ['-d', `sql:${database}`, '-N', '--empty-password'])
  await run(certutil, ['-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'login-relay', '-i', file])
}
