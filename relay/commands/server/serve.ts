import type { Command } from 'commander'
import { printJson, printLine } from '../verb/output.ts'
import { type CommonOptions, loadSettings } from '../verb/settings.ts'
import { untilTold } from '../verb/until-told.ts'
import { takesCommon } from '../verb/verb.ts'
import { tellUnless, whenFree } from '../verb/when-free.ts'

/** `serve`: the portal, the API and the proxy, until it is told to stop. */
export function serveVerb(command: Command): void {
  takesCommon(command).action(serve)
}

/** For requests under way when the relay is told to stop; milliseconds. */
const patience = 10_000

async function serve(options: CommonOptions): Promise<void> {
  const { config, folder } = await loadSettings(options)
  const { createRelay } = await import('../../app.ts')
  const { printFirstRunLink } = await import('./first-run.ts')
  const start = async () => {
    const own = await createRelay({ config, folder, env: process.env })
    await own.start()
    return own
  }
  const relay = await whenFree(folder, start, { tell: tellUnless(options.json) })
  // A mistake of ours in what one request began must not end everybody's: what is written is whole at any time (law 5).
  process.on('unhandledRejection', (error) => relay.log.error({ err: error }, 'something failed, and nothing had asked how it would end: please report it'))
  if (options.json === true) printJson({ portal: relay.portal.url(), proxy: relay.proxy.address, pid: process.pid })
  else {
    printLine(`Portal  ${relay.portal.url()}`)
    printLine(`Proxy   http://${relay.proxy.address}`)
    if (relay.proxy.tlsAddress !== undefined) printLine(`        ${relay.proxy.tlsAddress} over TLS`)
    if (relay.gateway !== undefined) printLine(`Gateway ${relay.gateway.address}`)
    printLine(`Data    ${folder}`)
    printLine('Stop with Ctrl+C.')
  }
  await printFirstRunLink(relay)
  await untilTold()
  if (options.json !== true) printLine('Stopping: what is under way has ten seconds. Ctrl+C again ends it at once.')
  await relay.stop(patience)
}
