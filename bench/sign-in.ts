import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema } from '../config/index.ts'
import { createRelay } from '../relay/app.ts'
import type { SignInTiming } from '../relay/login/index.ts'
import { createMasterKey } from '../relay/vault/index.ts'
import { startCaptchaSite } from '../test/sites/captcha-site.ts'
import { startGbkSite } from '../test/sites/gbk-site.ts'
import { startRotatingSite } from '../test/sites/rotating-site.ts'
import { startTwoStepSite } from '../test/sites/two-step-site.ts'

const [username, password] = ['ann.miller', 'correct horse battery']

const starters = {
  'one form': () => startRotatingSite({ username, password }),
  'GBK form': () => startGbkSite({ username, password }),
  'user name first, then password': () => startTwoStepSite({ username, password }),
  'form with captcha': () => startCaptchaSite({ username, password }),
}

/** How long a sign-in takes, and whose time it is: the site's, the captcha reader's, the relay's own. `count` sign-ins a site, medians. */
export async function run(count = 40): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-bench-'))
  const config = configSchema.parse({ log: { level: 'silent' } })
  await createMasterKey(config.masterKey, folder)
  const relay = await createRelay({ config, folder, env: {}, listen: 'local' })
  await relay.start()
  const lines = ['milliseconds, medians'.padEnd(32) + ['all', 'site', 'captcha', 'relay', 'signed in'].map((head) => head.padStart(10)).join('')]
  try {
    const user = await relay.identity.addUser({ name: 'bench', password: 'bench-password', role: 'admin' })
    for (const [index, [name, start]] of Object.entries(starters).entries()) {
      const site = await start()
      try {
        const report = await relay.login.probe(new URL(site.url))
        const id = `site-${index}`
        const { loginUrl, adapter, settings, networks } = report
        await relay.accounts.addSite({ id, origins: [new URL(site.url).origin], loginUrl, adapter, settings, networks, delivery: 'attach' })
        const account = await relay.accounts.addAccount({ owner: user.id, siteId: id, username, secrets: { password } })
        lines.push(await measure(name, count, account.id))
      } finally {
        await site.stop()
      }
    }
  } finally {
    await relay.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return lines

  async function measure(name: string, times: number, accountId: string): Promise<string> {
    const timings: SignInTiming[] = []
    const stop = relay.sessions.onEvent((event) => {
      if (event.type === 'signed-in') timings.push(event.timing)
    })
    // The first one starts the captcha reader; it is not counted.
    await relay.sessions.ensure(accountId, { fresh: true }).catch(() => {})
    timings.length = 0
    for (let round = 0; round < times; round += 1) await relay.sessions.ensure(accountId, { fresh: true }).catch(() => {})
    stop()
    const column = (of: (timing: SignInTiming) => number) => median(timings.map(of)).toFixed(1).padStart(10)
    return `${name.padEnd(32)}${column(({ total }) => total)}${column(({ network }) => network)}${column(({ captcha }) => captcha)}${column(({ relay }) => relay)}${`${timings.length}/${times}`.padStart(10)}`
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
