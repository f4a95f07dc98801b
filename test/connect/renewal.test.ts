import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { curl, temporaryFile } from '../proxy/curl.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { until } from '../until.ts'
import { enrolmentAt, overTls, startConnect } from './start-connect.ts'

const day = 86_400_000

const site = await startRecordingOrigin(t, { scheme: 'http' })
const house = await startHouse(t, { origins: [site], config: overTls })

t.test('a certificate renews itself when a third of its life is left, and the one before ends once the new one was used', async (t) => {
  const first = await enrolmentAt(house)
  const serialOf = ({ certificate }: { readonly certificate: string }) => new X509Certificate(certificate).serialNumber
  const early = await startConnect(t, [first], { now: () => Date.now() + 59 * day })
  t.match(await curl('--proxy', early.proxyUrl, `${site.origin}/page`), { out: /^GET/ })
  await until(async () => (await curl(`${early.proxyUrl}/proxy.pac`)).out.includes('site.test'), 'it was tended')
  t.equal((await early.enrolments.list())[0]?.certificate, first.certificate, 'not before')
  await early.stop()

  const connect = await startConnect(t, [first], { now: () => Date.now() + 61 * day })
  await until(() => connect.said.some((text) => /was renewed: good until \d{4}-/.test(text)), 'renewed')
  const [renewed = first] = await connect.enrolments.list()
  t.not(serialOf(renewed), serialOf(first))
  t.not(renewed.key, first.key, 'of another key')
  t.match(await curl('--proxy', connect.proxyUrl, `${site.origin}/page`), { out: /^GET/ })
  t.equal(house.deviceCertificates.principal(serialOf(first)), undefined)
  const files = [temporaryFile(t, 'old.pem', first.key + first.certificate), '--proxy-cacert', temporaryFile(t, 'ca.pem', first.authority)]
  const old = await curl('--include', '--proxy', `https://${first.address}`, '--proxy-cert', ...files, 'http://relay.pac/')
  t.match(old.out, /^HTTP\/1\.1 403 [\s\S]*replaced by a newer one/)
})

t.test('a renewal that breaks off any number of times leaves the present certificate good', async (t) => {
  const present = await enrolmentAt(house)
  const { serialNumber } = new X509Certificate(present.certificate)
  t.ok(house.deviceCertificates.principal(serialNumber))
  for (let i = 0; i < 3; i++) {
    await enrolmentAt(house)
    t.ok(house.deviceCertificates.principal(serialNumber), `after ${i + 1} that were never kept`)
  }
})
