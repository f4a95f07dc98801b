import { connect, createSecureContext } from 'node:tls'
import { joinTunnel } from '../../../relay/traffic/live/tunnel.ts'
import { intercept } from './intercept.ts'

const secureContext = createSecureContext({ ca: process.argv[2] })

await intercept((secure, { host, port }) => {
  const site = connect({ host: '127.0.0.1', port, servername: host, secureContext, ALPNProtocols: ['http/1.1'] }).setNoDelay()
  joinTunnel(secure, site)
})
