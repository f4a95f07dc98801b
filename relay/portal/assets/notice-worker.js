// Runs in the browser while no page of the portal is open: shows what the relay has sent (Web Push). What it is given is text, and
// the id of a notice; the address that a click opens is made here, of the portal's own origin. It keeps by what address its push service
// reaches it, and tells the relay where that changes: it asks for nothing else, there or elsewhere.
'use strict'

// Browsers want something shown for each message, also for one that cannot be read.
const unreadable = { id: '', title: 'A notice is at the relay', body: '', at: 0 }

function read(data) {
  try {
    const { id, title, body, at } = data.json()
    return { id: String(id), title: String(title), body: String(body), at: Number(at) }
  } catch {
    return unreadable
  }
}

function addressOf(id) {
  return new URL(/^[\w-]{1,100}$/.test(id) ? `/notices/${id}` : '/notices', self.location.origin).href
}

async function show({ id, title, body, at }) {
  const when = at > 0 ? `${body === '' ? '' : '\n'}When: ${new Date(at).toLocaleString()}` : ''
  // One that comes twice takes the place of the first.
  await self.registration.showNotification(title, { body: body + when, tag: id, data: { id }, ...(at > 0 ? { timestamp: at } : {}) })
}

async function open(id) {
  const address = addressOf(id)
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const there = windows.find(({ url }) => url === address)
  await (there === undefined ? self.clients.openWindow(address) : there.focus())
}

const kept = '/notices/subscription'

// As the page that subscribed has put it there: browsers need not say what was before.
async function remembered() {
  const found = await (await caches.open('notices')).match(kept)
  return found === undefined ? undefined : found.json()
}

// Who knows the address before, with its keys, is this browser: the relay asks for no cookie, and gets none.
async function renew({ oldSubscription, newSubscription }) {
  const known = await remembered()
  const after = (newSubscription ?? (await subscribe(oldSubscription?.options?.applicationServerKey ?? known?.applicationServerKey))).toJSON()
  const until = Date.now() + patience
  let status = 404
  // The relay may have missed the one that the browser says was before: then it knows what is kept here.
  for (const before of [oldSubscription?.toJSON(), known]) if (status === 404 && before !== undefined) status = await tell(before, after, until)
  if (status !== 200) throw new Error(`the relay answered ${status}`)
  await (await caches.open('notices')).put(kept, new Response(JSON.stringify({ ...addressIn(after), applicationServerKey: known?.applicationServerKey })))
}

function subscribe(applicationServerKey) {
  return self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
}

// The relay takes one in ten seconds of each person: of his browsers, ten at most, all may be renewed at once, as after an update. They come back
// apart by up to ten seconds: at the same moment each time, one would be taken and all others sent away. Browsers end a worker after five minutes:
// it gives up before, and at once where the relay says to come back after that, as it does when it has had too many of him. Milliseconds.
const patience = 240_000
const apart = 10_000
const answerWithin = 30_000

async function tell(before, after, until) {
  const { status, headers } = await fetch('/api/v1/notices/browsers/renew', {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ before: addressIn(before), after: addressIn(after) }),
    signal: AbortSignal.timeout(answerWithin),
  })
  const seconds = Number(headers.get('retry-after'))
  const wait = seconds * 1000 + Math.random() * apart
  if (status !== 429 || !(seconds > 0) || Date.now() + wait > until) return status
  await new Promise((resolve) => setTimeout(resolve, wait))
  return tell(before, after, until)
}

function addressIn({ endpoint, keys: { p256dh, auth } }) {
  return { endpoint, keys: { p256dh, auth } }
}

async function lost() {
  const body = 'The push service of this browser has changed. At the portal, choose again to have notices shown here.'
  await self.registration.showNotification('Notices are shown here no longer', { body, tag: 'delivery', data: { id: 'delivery' } })
}

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event).catch(lost)))
self.addEventListener('push', (event) => event.waitUntil(show(read(event.data))))
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(String(event.notification.data?.id ?? '')))
})
