import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { tempFolder } from '../../temp-folder.ts'
import { findCertutil, wantedCertutil } from '../../trust-authority.ts'
import { commandLine } from '../command-line.ts'

const skip =
  process.platform !== 'linux'
    ? 'NSS keeps what Chromium trusts on Linux alone'
    : findChromium() === undefined
      ? wantedChromium
      : findCertutil() === undefined && wantedCertutil

/** A site, and what Chromium says when a person with this home opens it. */
async function startSite(t: Test) {
  const authority = await createTestAuthority()
  const { key, cert } = await authority.issue('a.test')
  const server = createServer({ key, cert }, (_, response) => response.end('Good morning'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as { port: number }
  return {
    pem: authority.cert,
    async opened(home: string): Promise<string> {
      const env = { HOME: home, XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' }
      const browser = await launchChromium({ env, args: ['--host-resolver-rules=MAP a.test 127.0.0.1'] })
      try {
        const page = await browser.newPage()
        await page.goto(`https://a.test:${port}/`)
        return (await page.textContent('body')) ?? ''
      } catch (error) {
        return (error as Error).message
      } finally {
        await browser.close()
      }
    },
  }
}

/** As Firefox makes one. */
async function makeProfile(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await promisify(execFile)('certutil', ['-N', '--empty-password', '-d', `sql:${folder}`])
}

t.test('Chromium trusts what `ca install --store nss` put in, whether it had been started before or not', { skip }, async (t) => {
  const site = await startSite(t)
  for (const before of ['never', 'once', 'never, but Firefox,']) {
    const home = await tempFolder(t)
    const file = join(home, 'ca.pem')
    await writeFile(file, site.pem)
    if (before.includes('Firefox')) await makeProfile(join(home, '.mozilla/firefox/a.default'))
    if (before === 'once') t.match(await site.opened(home), 'ERR_CERT_AUTHORITY_INVALID')
    const cli = commandLine(t, home)
    const words = ['ca', 'install', '--store', 'nss', '--file', file]
    t.match(await cli.run(words), { status: 0, stdout: /^Put into: nss/ })
    t.equal(await site.opened(home), 'Good morning', `started ${before} before`)
    t.match(await cli.run([...words, '--undo']), { status: 0 })
    t.match(await site.opened(home), 'ERR_CERT_AUTHORITY_INVALID')
  }
})
