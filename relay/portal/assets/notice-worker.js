// Runs in the browser while no page of the portal is open: shows what the relay has sent (Web Push). What it is given is text, and
// the id of a notice; the address that a click opens is made here, of the portal's own origin. It fetches nothing and keeps nothing.
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

self.addEventListener('push', (event) => event.waitUntil(show(read(event.data))))
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(String(event.notification.data?.id ?? '')))
})
