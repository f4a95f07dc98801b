import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import t from 'tap'
import { Pace } from '../../../relay/control/notices/delivery/pace.ts'
import { RelayError } from '../../../relay/errors.ts'
import { type SubscribedBrowser, startPushService } from '../../control/notices/push/push-service.ts'
import { startPortal } from '../start-portal.ts'

const script = readFileSync(new URL('../../../relay/portal/assets/notice-worker.js', import.meta.url), 'utf8')

/** The worker's own script in a browser that has nothing else but `surroundings`; what it shows, and how to tell it of another address. */
function startWorker(portalUrl: string, surroundings: object) {
  const shown: string[] = []
  const listeners = new Map<string, (event: object) => void>()
  const self = {
    location: { origin: portalUrl },
    registration: { showNotification: async (title: string) => void shown.push(title) },
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
  }
  const caches = { open: async () => ({ match: async () => undefined, put: async () => {} }) }
  runInContext(script, createContext({ self, caches, AbortSignal, Response, URL, ...surroundings }))
  const asSubscription = ({ endpoint, p256dh, auth }: SubscribedBrowser) => ({ toJSON: () => ({ endpoint, keys: { p256dh, auth } }) })
  const change = (before: SubscribedBrowser, after: SubscribedBrowser) =>
    new Promise((resolve) => {
      const event = { oldSubscription: asSubscription(before), newSubscription: asSubscription(after), waitUntil: resolve }
      listeners.get('pushsubscriptionchange')?.(event)
    })
  return { shown, change }
}

t.test(
  'of a person’s browsers that are renewed at once, each comes back when the relay says so; told to come much later, it says that none are shown',
  async (t) => {
    const service = await startPushService(t)
    let ahead = 0
    const waits: number[] = []
    const relay = await startPortal(t, { config: { notices: { webhooks: 'private' } }, now: () => Date.now() + ahead })
    const begin = async () => {
      const subscribed = service.subscribe()
      await relay.notices.addBrowser(relay.ann.user.id, subscribed)
      const setTimeout = (then: () => void, milliseconds: number) => {
        waits.push(milliseconds)
        ahead += milliseconds
        setImmediate(then)
      }
      const fetchThere = (path: string, init: RequestInit) => fetch(relay.portalUrl + path, init)
      return { subscribed, ...startWorker(relay.portalUrl, { setTimeout, fetch: fetchThere }) }
    }
    const [first, second] = [await begin(), await begin()]
    const renewed = [service.subscribe(), service.subscribe()] as const
    await Promise.all([first.change(first.subscribed, renewed[0]), second.change(second.subscribed, renewed[1])])
    t.same([first.shown, second.shown], [[], []])
    for (const address of renewed) t.equal(relay.notices.ownerOfBrowser(address), relay.ann.user.id)
    t.ok(waits.length > 0 && waits.every((wait) => wait > 0 && wait <= 20_000), String(waits))

    for (let times = 2; times < 20; times++) {
      ahead += 10_000
      relay.notices.beginRenewal(relay.ann.user.id)
    }
    const before = waits.length
    await first.change(renewed[0], service.subscribe())
    t.same(first.shown, ['Notices are shown here no longer'])
    t.equal(waits.length, before)
  },
)

/** A clock that goes on to the next timer when nothing else is under way. */
function openClock() {
  let now = 0
  const timers: { at: number; then: () => void }[] = []
  const run = async () => {
    for (;;) {
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
      const next = timers.sort((one, other) => one.at - other.at).shift()
      if (next === undefined) return now
      now = next.at
      next.then()
    }
  }
  return { now: () => now, run, setTimeout: (then: () => void, milliseconds: number) => void timers.push({ at: now + milliseconds, then }) }
}

const subscribed: SubscribedBrowser = { endpoint: 'https://push.example/a', p256dh: 'a', auth: 'a' } as SubscribedBrowser

/** So many browsers whose address changes at the same moment, at a relay that takes what `take` does not throw at; when the last was done. */
async function changeAtOnce(count: number, take: (now: number) => void) {
  const clock = openClock()
  const fetch = async () => {
    try {
      take(clock.now())
      return { status: 200, headers: new Headers() }
    } catch (error) {
      return { status: 429, headers: new Headers({ 'retry-after': String((error as RelayError).params.seconds) }) }
    }
  }
  const surroundings = { fetch, setTimeout: clock.setTimeout, Date: { now: clock.now } }
  const workers = Array.from({ length: count }, () => startWorker('https://relay.example', surroundings))
  for (const { change } of workers) void change(subscribed, subscribed)
  return { took: await clock.run(), lost: workers.filter(({ shown }) => shown.length > 0).length }
}

t.test('ten browsers that are renewed at the same moment are all taken, before their makers would end the worker', async (t) => {
  let now = 0
  const pace = new Pace({ pause: 10_000, mostADay: 20, now: () => now })
  const { took, lost } = await changeAtOnce(10, (at) => {
    now = at
    pace.take('ann')
  })
  t.equal(lost, 0)
  t.ok(took >= 90_000 && took <= 240_000, String(took))
})

t.test('one that is never taken gives up within four minutes, and says so', async (t) => {
  const { took, lost } = await changeAtOnce(1, () => {
    throw new RelayError('too_many_tries', { params: { seconds: 10 } })
  })
  t.equal(lost, 1)
  t.ok(took > 200_000 && took <= 240_000, String(took))
})
