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
    element.textContent = `${left} seconds left`
    if (left === 0 && element.dataset.over === undefined) {
      element.dataset.over = ''
      void refresh()
    }
  }
}

let sources = new Map()
let busy
let again = false

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
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (answer.redirected || !answer.ok) return location.reload()
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of document.querySelectorAll(live)) {
    const other = fresh.getElementById(part.id)
    if (other === null || sources.get(part.id) === other.outerHTML) continue
    sources.set(part.id, other.outerHTML)
    localTimes(other)
    part.replaceWith(document.importNode(other, true))
  }
  document.title = fresh.title
  goOn()
}

// The person asked to open the site: when it is ready, go on as the button would.
function goOn() {
  document.querySelector('form[data-go-on]')?.submit()
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
  if (document.querySelector(live) === null) return
  const events = new EventSource('/api/v1/events')
  for (const type of ['open', 'started', 'step', 'challenge', 'signed-in', 'failed', 'ended']) events.addEventListener(type, refresh)
  addEventListener('pagehide', () => events.close())
  addEventListener('pageshow', (event) => event.persisted && location.reload())
}

start()
