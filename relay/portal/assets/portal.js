// Makes the pages live; every page works without it. It draws nothing itself: when something happens it fetches the page
// anew and takes over the parts that changed, so that all markup is the server's.
'use strict'

const live = '[data-live]'

function localTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    const today = at.toDateString() === new Date().toDateString()
    time.title = at.toLocaleString()
    time.textContent = at.toLocaleString([], today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' })
  }
}

function countDown() {
  for (const element of document.querySelectorAll('[data-until]')) {
    const left = Math.max(0, Math.round((Number(element.dataset.until) - Date.now()) / 1000))
    element.textContent = left === 1 ? '1 second left' : `${left} seconds left`
    if (left === 0 && element.dataset.over === undefined) {
      element.dataset.over = ''
      void refresh()
    }
  }
}

const sources = new Map()
let busy
let again = false
let events
let leaving = false

// One fetch at a time; what happens meanwhile leads to one more.
function refresh() {
  again = true
  busy ??= (async () => {
    while (again) {
      again = false
      await takeOver().catch(() => {})
    }
    busy = undefined
  })()
  return busy
}

async function takeOver() {
  const waited = onward() === null
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (leaving) return
  if (answer.redirected || !answer.ok) return location.reload()
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (leaving) return
  for (const part of document.querySelectorAll(live)) {
    const other = fresh.getElementById(part.id)
    if (other === null || sources.get(part.id) === other.outerHTML) continue
    sources.set(part.id, other.outerHTML)
    localTimes(other)
    part.replaceWith(document.importNode(other, true))
  }
  document.title = fresh.title
  if (waited) onward()?.requestSubmit()
}

// The person asked to open the site and had to wait. When it is ready he is led on, as by the button; a page that he comes back to leaves it to him.
function onward() {
  return document.querySelector('form[data-go-on]')
}

// One click, one form: what is sent twice would be answered as spent.
function sendOnce(event) {
  if (leaving) return event.preventDefault()
  leaving = true
  setTimeout(() => {
    leaving = false
  }, 10_000)
}

function start() {
  for (const part of document.querySelectorAll(live)) sources.set(part.id, part.outerHTML)
  localTimes(document)
  countDown()
  setInterval(countDown, 1000)
  for (const button of document.querySelectorAll('button[data-copy]')) {
    // Only over TLS or on this machine do browsers lend the clipboard.
    button.hidden = navigator.clipboard === undefined
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
      button.textContent = 'Copied'
    })
  }
  addEventListener('submit', sendOnce)
  if (document.getElementById('unread') === null) return
  const here = new URL(location.href)
  if (here.searchParams.get('done') === 'answered') {
    here.searchParams.delete('done')
    history.replaceState(null, '', here)
    onward()?.requestSubmit()
  }
  listen()
  document.addEventListener('visibilitychange', listen)
  addEventListener('pageshow', (event) => event.persisted && location.reload())
}

// Only while somebody looks: browsers lend a server six connections, and every window would hold one.
function listen() {
  events?.close()
  if (document.visibilityState !== 'visible') return
  events = new EventSource('/api/v1/events')
  events.addEventListener('open', countUnread)
  events.addEventListener('notice', countUnread)
  if (document.querySelector(live) === null) return
  for (const type of ['open', 'started', 'step', 'challenge', 'signed-in', 'failed', 'ended', 'notice']) events.addEventListener(type, refresh)
}

// Pages that are what a form was answered with cannot be fetched again: the number alone is asked for.
async function countUnread() {
  const answer = await fetch('/api/v1/notices?limit=1').catch(() => undefined)
  if (answer?.ok !== true) return
  const { unread } = await answer.json()
  const mark = document.getElementById('unread')
  mark.textContent = unread > 0 ? String(unread) : ''
  mark.title = unread > 0 ? `${unread} unread` : ''
}

start()
