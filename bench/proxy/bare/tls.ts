import { connect, createSecureContext } from 'node:tls'
import { intercept } from './intercept.ts'

const secureContext = createSecureContext({ ca: process.argv[2] })

await intercept((secure, { host, port }) => {
  const site = connect({ host: '127.0.0.1', port, servername: host, secureContext, ALPNProtocols: ['http/1.1'] }).setNoDelay()
  site.on('error', () => secure.destroy()).on('close', () => secure.destroy())
  secure.on('close', () => site.destroy())
  secure.pipe(site).pipe(secure)
})
