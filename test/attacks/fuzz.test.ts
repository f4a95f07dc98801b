import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { page, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { until } from '../until.ts'
import { throwAt } from './fuzz/throw-at.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** 200,000 are thrown by `npm run bench -- fuzz`. */
const count = 5000

t.test(
  'malformed requests, TLS records and frames leave the relay up, its memory flat, and good requests answered in between',
  { timeout: 120_000 },
  async (t) => {
    const origin = await startRecordingOrigin(t)
    origin.on('/good', page('good'))
    const limits = { requestsPerSecond: 1_000_000, burst: 1_000_000 }
    const house = await startHouse(t, { origins: [origin], config: { proxy: { otherHosts: 'refuse', tlsListen: '127.0.0.1:0' }, limits } })
    const to = {
      access: house.access,
      tlsAddress: house.proxy.tlsAddress ?? '',
      authority: origin.host,
      ca: house.certificateAuthority.pem(),
      goodEvery: 100,
      atOnce: 48,
    }
    const settled = async (): Promise<number> => {
      const open = (): number => house.proxy.figures().connections + house.proxy.figures().tunnels.intercepted + house.proxy.figures().underWay
      await until(() => open() === 0, 'everything let go')
      origin.requests.length = 0
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    await throwAt({ ...to, count: count / 5, seed: 1 })
    const before = await settled()
    const { outcomes, good } = await throwAt({ ...to, count: (count / 5) * 4, seed: 2 })
    const after = await settled()
    t.equal(good, 40)
    t.comment(Object.fromEntries(outcomes), `${((after - before) / 1024).toFixed(0)} KiB more`)
    const refusals = house.proxy.families().find(({ name }) => name === 'login_relay_refusals_total')?.samples ?? []
    const malformed = refusals.find(({ labels }) => labels?.error === 'proxy_bad_request')?.value ?? 0
    t.ok(malformed > 1000, `much of it is refused for what it is: ${malformed}`)
    t.notOk(outcomes.has('500'), 'nothing of it breaks the relay')
    t.same(origin.broken, [], 'and nothing that cannot be read reaches the site')
    t.ok(after - before < 12_000_000, 'what is over is forgotten')
    t.notMatch(house.logged(), /"level":(?:50|60)/, 'no error of its own')
  },
)
