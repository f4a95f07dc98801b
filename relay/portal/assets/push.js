// Notices on this device: asks the browser's leave, lets it subscribe and sends the form with what it gave out. The form stays hidden
// where that cannot be; the words beside it say why. Where the relay sends none there is no form, and what was subscribed can be ended still.
'use strict'

const worker = '/notices/worker.js'
const scope = '/notices/'
const page = '/notices/delivery'
const form = document.querySelector('form[data-push]')
const note = document.getElementById('push-note')

const words = {
  insecure: 'Browsers do this over https alone. Open this portal at its https address; who runs the relay knows whether it has one.',
  unsupported: 'This browser cannot show notices while the page is closed; Safari on iPhone and iPad is one of those. Use another browser, or have them sent by mail.',
  denied: 'This browser refuses notifications of this portal. Allow them in its settings for this address, then load this page again.',
  dismissed: 'Nothing was allowed. Press the button again when you are ready, and allow notifications.',
  unreached: 'The relay did not answer, so nothing was changed. Load this page again.',
  failed: 'This browser could not reach its push service, so nothing was changed. Some browsers have none, or have it switched off in their settings.',
}

function obstacle() {
  if (!isSecureContext) return words.insecure
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)) return words.unsupported
  return Notification.permission === 'denied' ? words.denied : undefined
}

function say(text = '') {
  if (note === null) return
  note.textContent = text
  note.hidden = text === ''
}

// The row of this very browser: relay/control/notices/push/browsers.ts makes the same id.
async function rowOf(subscription) {
  const { endpoint, keys } = subscription.toJSON()
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode([endpoint, keys.p256dh, keys.auth].join('\n')))
  const id = btoa(String.fromCharCode(...new Uint8Array(hash))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return document.querySelector(`[data-browser="${id}"]`)
}

async function present() {
  const registration = await navigator.serviceWorker.getRegistration(scope)
  return (await registration?.pushManager.getSubscription()) ?? undefined
}

// The relay asks who it is before anything changes at the browser: a form that it did not take would leave the two apart.
async function isProved() {
  const answer = await fetch(page, { redirect: 'manual' }).catch(() => undefined)
  if (answer?.ok === true) return true
  // Leads to the question, and back here.
  if (answer?.type === 'opaqueredirect') location.assign(page)
  else say(words.unreached)
  return false
}

// The worker may need it when no page is open.
async function remember(subscription) {
  const known = { ...subscription.toJSON(), applicationServerKey: form.dataset.push }
  await (await caches.open('notices')).put('/notices/subscription', new Response(JSON.stringify(known)))
}

async function subscribe() {
  await navigator.serviceWorker.register(worker, { scope, updateViaCache: 'none' })
  const { pushManager } = await navigator.serviceWorker.ready
  const before = await pushManager.getSubscription()
  // Of another person at this browser, or of a relay that was here before: this one begins anew.
  if (before !== null && (await rowOf(before)) === null) await before.unsubscribe()
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push })
}

async function send() {
  if ((await Notification.requestPermission()) !== 'granted') return say(Notification.permission === 'denied' ? words.denied : words.dismissed)
  if (!(await isProved())) return
  const subscription = await subscribe()
  await remember(subscription).catch(() => {})
  const { endpoint, keys } = subscription.toJSON()
  for (const [name, value] of Object.entries({ endpoint, ...keys })) form.elements.namedItem(name).value = value
  // Not sent as a click would: this listener would be asked again.
  form.submit()
}

function whenSent(element, work) {
  element.addEventListener('submit', async (event) => {
    event.preventDefault()
    event.stopPropagation()
    const button = element.querySelector('button')
    button.disabled = true
    say()
    await work().catch(() => say(words.failed))
    button.disabled = false
  })
}

async function markOwn() {
  const subscription = await present()
  const row = subscription === undefined ? null : await rowOf(subscription)
  if (row === null) return
  row.querySelector('[data-own]').hidden = false
  if (form !== null) await showChoice(row, subscription)
  const end = row.querySelector('form[data-end]')
  // The browser forgets it too, so that its push service does.
  whenSent(end, async () => {
    if (!(await isProved())) return
    await subscription.unsubscribe().catch(() => {})
    await caches.delete('notices').catch(() => {})
    end.submit()
  })
}

async function showChoice({ dataset }, subscription) {
  form.querySelector('button').textContent = 'Save'
  const groups = dataset.groups.split(' ')
  for (const box of form.querySelectorAll('input[type="checkbox"]')) box.checked = groups.includes(box.name)
  await remember(subscription).catch(() => {})
}

async function start() {
  const why = obstacle()
  say(why)
  if (why !== undefined) return
  if (form !== null) {
    form.hidden = false
    whenSent(form, send)
  }
  await markOwn().catch(() => {})
}

void start()
