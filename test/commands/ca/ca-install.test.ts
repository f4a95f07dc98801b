import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { type Certificate, installSteps, removeSteps } from '../../../relay/commands/ca/ca-install.ts'
import { perform } from '../../../relay/commands/ca/step.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { tempFolder } from '../../temp-folder.ts'
import { findCertutil, wantedCertutil } from '../../trust-authority.ts'
import { commandLine } from '../command-line.ts'

const run = promisify(execFile)

async function certificateIn(folder: string): Promise<Certificate & { readonly pem: string }> {
  const { cert } = await createTestAuthority()
  const file = join(folder, 'ca.pem')
  await writeFile(file, cert)
  return { file, thumbprint: 'AB12', pem: cert }
}

t.test(
  'an NSS database takes the certificate, takes a newer one in its place, and gives it up',
  { skip: findCertutil() === undefined && wantedCertutil },
  async (t) => {
    const folder = await tempFolder(t)
    const nss = join(folder, "profile with a 'quote")
    await mkdir(nss)
    await run('certutil', ['-N', '--empty-password', '-d', `sql:${nss}`])
    const cli = commandLine(t, folder)
    const stored = async () => (await run('certutil', ['-L', '-a', '-n', 'login-relay', '-d', `sql:${nss}`])).stdout.replaceAll('\r', '').trim()
    for (let turn = 0; turn < 2; turn++) {
      const { file, pem } = await certificateIn(folder)
      const words = ['ca', 'install', '--store', 'nss', '--nss-folder', nss, '--file', file]
      t.match(await cli.run(words), { status: 0, stdout: /^Put into: nss/ })
      t.equal((await stored()).replace(/\s/g, ''), pem.replace(/\s/g, ''))
      t.match((await run('certutil', ['-L', '-d', `sql:${nss}`])).stdout, /login-relay +C,,/)
      if (turn === 0) continue
      t.match(await cli.run([...words, '--undo']), { status: 0, stdout: /^Taken out of: nss/ })
      await t.rejects(stored())
      t.match(await cli.run([...words, '--undo']), { status: 1 }, 'and what is not there is not said to be taken out')
    }
  },
)

t.test("a Java keystore takes it and gives it up, where there is Java's keytool", async (t) => {
  const folder = await tempFolder(t)
  const keystore = join(folder, 'store.jks')
  const keystorePassword = join(folder, 'password')
  await writeFile(keystorePassword, 'a password of its own')
  const certificate = await certificateIn(folder)
  const places = { nss: [], keystore, keystorePassword }
  const steps = installSteps('java', certificate, places)
  t.notMatch(JSON.stringify(steps), 'a password of its own', 'its password is on no command line')
  if (!existsSync('/usr/bin/keytool')) return t.comment('there is no keytool here')
  const list = () => run('keytool', ['-list', '-keystore', keystore, '-storepass', 'a password of its own'])
  for (let turn = 0; turn < 2; turn++) for (const step of steps) await perform(step)
  t.match((await list()).stdout, /login-relay, .*trustedCertEntry/s)
  for (const step of removeSteps('java', certificate, places)) await perform(step)
  t.notMatch((await list()).stdout, /login-relay/)
})

t.test("Debian's bundle takes it and gives it up, where there is update-ca-certificates", async (t) => {
  const folder = await tempFolder(t)
  const debian = { local: join(folder, 'local'), etc: join(folder, 'etc') }
  for (const each of Object.values(debian)) await mkdir(each)
  const certificate = await certificateIn(folder)
  const places = { nss: [], debian }
  if (!existsSync('/usr/sbin/update-ca-certificates')) return t.comment('there is no update-ca-certificates here')
  const bundle = () => readFile(join(debian.etc, 'ca-certificates.crt'), 'utf8')
  for (const step of installSteps('debian', certificate, places)) await perform(step)
  t.ok((await bundle()).includes(certificate.pem.trim()))
  for (const step of removeSteps('debian', certificate, places)) await perform(step)
  t.notOk((await bundle()).includes(certificate.pem.trim()))
})

t.test('--dry-run prints the commands that the vendors document, and does nothing', async (t) => {
  const folder = await tempFolder(t)
  const { file } = await certificateIn(folder)
  const cli = commandLine(t, folder)
  const words = ['ca', 'install', '--dry-run', '--file', file, '--store', 'debian', 'fedora', 'macos', 'windows', 'java']
  t.equal(
    (await cli.run(words)).stdout,
    [
      `cp ${file} /usr/local/share/ca-certificates/login-relay.crt`,
      'update-ca-certificates',
      `cp ${file} /etc/pki/ca-trust/source/anchors/login-relay.pem`,
      'update-ca-trust extract',
      `security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`,
      `certutil -addstore -f Root ${file}`,
      'keytool -delete -alias login-relay -cacerts -storepass changeit',
      `keytool -importcert -noprompt -trustcacerts -alias login-relay -file ${file} -cacerts -storepass changeit`,
      '',
    ].join('\n'),
  )
  const undone = (await cli.run([...words, '--undo'])).stdout
  t.match(undone, /^rm -f \/usr\/local\/share\/ca-certificates\/login-relay\.crt\nupdate-ca-certificates --fresh\n/)
  t.match(undone, /\nsecurity delete-certificate -Z [0-9A-F]{40} -t \/Library\/Keychains\/System\.keychain\ncertutil -delstore Root [0-9A-F]{40}\n/)
})

t.test('what is no certificate of a CA goes into no store', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const authority = await createTestAuthority()
  const leaf = await authority.issue('a.test')
  for (const text of [leaf.cert, `${authority.cert}${leaf.key}`]) {
    const file = join(folder, 'given.pem')
    await writeFile(file, text)
    t.match(await cli.run(['ca', 'install', '--dry-run', '--store', 'debian', '--file', file]), { status: 2, stdout: '' })
  }
})
