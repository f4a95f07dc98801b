import dns from 'node:dns'
import { createRequire } from 'node:module'
import type { PeerReady } from '../peer-process.ts'

// mockttp looks for `localhost` at ::1 alone where the machine has that address, and not every machine has that name for it.
const lookup = dns.lookup as (name: string, options: object, done: (...found: unknown[]) => void) => void
Object.assign(dns, { lookup: (name: string, options: object, done: (...found: unknown[]) => void) => lookup(name, { ...options, family: 4 }, done) })

// A proxy with no rule but to pass on, nothing recorded, HTTP/1.1.
const mockttp = createRequire(import.meta.url)('mockttp')
const { key, cert } = await mockttp.generateCACertificate()
const server = mockttp.getLocal({ https: { key, cert }, http2: false, recordTraffic: false })
await server.forAnyRequest().thenPassThrough({ additionalTrustedCAs: [{ cert: process.argv[2] }] })
await server.start()
process.send?.({ port: server.port, ca: cert } satisfies PeerReady)
process.on('disconnect', () => process.exit(0))
