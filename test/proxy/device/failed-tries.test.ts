import t from 'tap'
import { FailedTries } from '../../../relay/proxy/device/failed-tries.ts'
import { second, setClock } from '../../identity/clock.ts'
import { answersIn, dialProxy, type ProxyAccess, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

const secondsOf = (tries: FailedTries, address: string): number => Number(tries.refusal(address).params.seconds ?? 0)

t.test('some failures cost nothing; then the wait doubles to a minute, by IPv4 address and by /64 of IPv6', async (t) => {
  const clock = setClock()
  const tries = new FailedTries(clock.now)
  for (let i = 0; i < 30; i++) t.equal(secondsOf(tries, `2001:db8::${i}`), 0)
  const waits: number[] = []
  for (let round = 0; round < 8; round++) {
    waits.push(secondsOf(tries, '2001:db8:0:0:ffff::1'))
    t.equal(secondsOf(tries, '2001:db8::1'), waits.at(-1), 'a try meanwhile does not lengthen it')
    clock.pass((waits.at(-1) as number) * second)
    t.equal(secondsOf(tries, '2001:db8::2'), 0)
  }
  t.strictSame(waits, [1, 2, 4, 8, 16, 32, 60, 60])
  t.equal(secondsOf(tries, '2001:db8:0:1::1'), 0, 'the next network is another one')
  t.equal(secondsOf(tries, '192.0.2.1'), 0)
})

t.test('who guesses at credentials is told to wait; good ones from the same address go on at once', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const guess = { ...house.access, authorization: `Basic ${Buffer.from(`${house.device.name}:lr_guess`).toString('base64')}` }
  const ask = async (access: ProxyAccess, line = `GET ${origin.origin}/a HTTP/1.1`) => {
    const socket = await dialProxy(access)
    const credentials = access.authorization === '' ? '' : `Proxy-Authorization: ${access.authorization}\r\n`
    socket.write(`${line}\r\nHost: ${origin.host}\r\n${credentials}\r\n`)
    return answersIn((await readAll(socket, { until: (text) => answersIn(text).length > 0 })).text)[0]
  }
  /** Until the guesser is told to wait: a wait that is over meanwhile, on a slow machine, lets one more through. */
  const guessUntilRefused = async (line?: string) => {
    for (let tries = 0; ; tries++) {
      const answer = await ask(guess, line)
      if (answer?.status === 429 || tries === 100) return { tries, status: answer?.status, head: answer?.head }
      t.equal(answer?.status, 407)
    }
  }
  const refused = await guessUntilRefused()
  t.ok(refused.tries >= 30 && refused.tries < 100)
  t.match(refused.head, /\r\nRetry-After: \d+\r\n/)
  t.match(refused.head, /\r\nConnection: close/)
  t.match(await guessUntilRefused(`CONNECT ${origin.host} HTTP/1.1`), { status: 429 })
  t.match(await ask(house.access), { status: 200 })
  t.match(await ask({ ...guess, authorization: '' }), { status: 407 }, 'who presents none yet is asked for them')
  t.equal(origin.requests.length, 1)
})
