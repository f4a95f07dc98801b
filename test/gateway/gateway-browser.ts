import type { Browser } from 'playwright-core'
import type { Test } from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../chromium.ts'
import { tempFolder } from '../temp-folder.ts'
import { findCertutil, trustAuthority, wantedCertutil } from '../trust-authority.ts'
import type { GatewayHouse } from './start-gateway.ts'

/** Why there is none here; false: there is. */
export const skipGatewayBrowser = findChromium() === undefined ? wantedChromium : findCertutil() === undefined ? wantedCertutil : false

/** Chromium on a computer that trusts the relay's CA and finds the gateway's hosts, and no site: only the relay gets there. Until the test ends. */
export async function launchGatewayBrowser(t: Test, house: GatewayHouse): Promise<Browser> {
  const home = await tempFolder(t)
  await trustAuthority(home, house.certificateAuthority.pem())
  const browser = await launchChromium({
    args: ['--host-resolver-rules=MAP *.relay.test 127.0.0.1, MAP *.test ~NOTFOUND'],
    env: { HOME: home, XDG_CONFIG_HOME: `${home}/.config`, XDG_DATA_HOME: `${home}/.local/share` },
  })
  t.teardown(() => browser.close())
  return browser
}
