import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import t from 'tap'
import { type SubscribedBrowser, startPushService } from '../control/notices/push/push-service.ts'
import { startPortal } from './start-portal.ts'

const script = readFileSync(new URL('../../relay/portal/assets/notice-worker.js', import.meta.url), 'utf8')

/** The worker's own script in a browser that has nothing else; what it shows, and how to tell it of another address. */
function startWorker(portalUrl: string, wait: (milliseconds: number) => void) {
  const shown: string[] = []
  const listeners = new Map<string, (event: object) => void>()
  const self = {
    location: { origin: portalUrl },
    registration: { showNotification: async (title: string) => void shown.push(title) },
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
  }
  const caches = { open: async () => ({ match: async () => undefined, put: async () => {} }) }
  const setTimeout = (then: () => void, milliseconds: number) => {
    wait(milliseconds)
    setImmediate(then)
  }
  runInContext(script, createContext({ self, caches, setTimeout, fetch: (path: string, init: RequestInit) => fetch(portalUrl + path, init), Response, URL }))
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
      const wait = (milliseconds: number) => {
        waits.push(milliseconds)
        ahead += milliseconds
      }
      return { subscribed, ...startWorker(relay.portalUrl, wait) }
    }
    const [first, second] = [await begin(), await begin()]
    const renewed = [service.subscribe(), service.subscribe()] as const
    await Promise.all([first.change(first.subscribed, renewed[0]), second.change(second.subscribed, renewed[1])])
    t.same([first.shown, second.shown], [[], []])
    for (const address of renewed) t.equal(relay.notices.ownerOfBrowser(address), relay.ann.user.id)
    t.ok(waits.length > 0 && waits.every((wait) => wait > 0 && wait <= 10_000), String(waits))

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
