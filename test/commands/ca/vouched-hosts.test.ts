import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { vouchedHosts } from '../../../relay/commands/ca/vouched-hosts.ts'
import { startAuthority } from '../../proxy/ca/start-authority.ts'

t.test('what `ca show` says the CA vouches for is what its certificate permits', async (t) => {
  const { authority, enrol } = await startAuthority(t)
  const shown = () => vouchedHosts(new X509Certificate(authority.pem()))
  t.strictSame(shown(), [])
  await enrol('plain', 'http://plain.test', 'http://127.0.0.1:8080')
  t.strictSame(shown(), [], 'a site without TLS needs none')
  await enrol('erp', 'https://erp.test', 'https://192.0.2.7', 'https://[2001:db8::7]')
  t.strictSame(shown(), ['192.0.2.7', '2001:db8::7', 'erp.test'])
  t.strictSame(shown(), authority.names)
})
