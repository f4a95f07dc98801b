import { startOrigin } from '../proxy/origin.ts'
import { isInstalled } from '../proxy/start-program.ts'
import { benchEndurance } from './endurance.ts'
import { benchEnrolled } from './enrolled.ts'
import { benchNewHosts } from './new-hosts.ts'
import { benchWebSockets } from './web-sockets.ts'

/** The proxy with much of everything: hosts, accounts, WebSockets, requests. */
export async function run(): Promise<readonly string[]> {
  if (!isInstalled('nginx')) return ['not measured: nginx, the site, is not here (apt-get install nginx-light)']
  const origin = await startOrigin()
  try {
    return [...(await benchNewHosts(origin)), ...(await benchWebSockets()), ...(await benchEnrolled(origin)), ...(await benchEndurance(origin))]
  } finally {
    await origin.stop()
  }
}
