/**
 * What is run in a page, as source: it is the browser's JavaScript, not the relay's. The document is read off a copy, so that the page's own
 * scripts see no trace of it; what they made of `toString` and the like can mislead nobody but themselves.
 */

/**
 * The document as it stands, with what was typed and ticked, and the live controls in the order of their `data-relay-control`. Controls
 * without a form, as scripts draw them, are given one; the button that signs in becomes its submit button. Of a document of more than
 * `most` characters only where it stands: a page makes itself as long as it likes, and it would all lie in the relay's memory.
 */
export const readDocument = `(most) => {
  const wanted = 'input, select, textarea, button, [role=button]'
  const controls = [...document.querySelectorAll(wanted)]
  const copy = document.documentElement.cloneNode(true)
  const copies = [...copy.querySelectorAll(wanted)]
  controls.forEach((live, index) => {
    const it = copies[index]
    if (!it) return
    it.setAttribute('data-relay-control', String(index))
    if (live.tagName === 'INPUT') {
      if (live.type === 'checkbox' || live.type === 'radio') it.toggleAttribute('checked', live.checked)
      else if (live.type !== 'password' && live.type !== 'file') it.setAttribute('value', live.value)
    }
    if (live.tagName === 'TEXTAREA') it.textContent = live.value
    if (!it.getAttribute('name') && /^(INPUT|SELECT|TEXTAREA)$/.test(live.tagName)) {
      it.setAttribute('name', it.id || it.getAttribute('placeholder') || it.getAttribute('autocomplete') || (live.type === 'password' ? 'password' : 'field-' + index))
    }
    const isSeen = live.type === 'hidden' || live.getClientRects().length > 0
    if (!isSeen) it.setAttribute('data-relay-unseen', '')
  })
  for (const unseen of copy.querySelectorAll('[data-relay-unseen]')) if (unseen.tagName === 'INPUT') unseen.setAttribute('disabled', '')
  const fields = [...copy.querySelectorAll('input')].filter((it) => !it.closest('form') && !it.hasAttribute('data-relay-unseen') && /^(text|email|tel|password)$/.test(it.type))
  const first = fields.find((it) => it.type === 'password') || fields[0]
  const anyButton = 'button, [role=button], input[type=button], input[type=submit], input[type=image]'
  const says = /sign.?in|log.?in|log.?on|anmelden|einloggen|connexion|connecter|iniciar|entrar|accedi|continue|next|weiter|submit|登\\s*录|登\\s*入|登\\s*陆|ログイン|로그인/i
  const saysSo = (it) => says.test(it.textContent + ' ' + it.getAttribute('value') + ' ' + it.getAttribute('aria-label'))
  if (first) {
    let box = first.parentElement
    const loose = [...copy.querySelectorAll(anyButton)].filter((it) => !it.closest('form') && !it.hasAttribute('data-relay-unseen'))
    const pressed = loose.filter(saysSo)
    const holdsAll = (it) => fields.every((one) => it.contains(one)) && (pressed.length > 0 ? pressed : loose).some((one) => it.contains(one))
    while (box && box.tagName !== 'BODY' && !holdsAll(box)) box = box.parentElement
    if (box) {
      const form = document.createElement('form')
      form.setAttribute('method', 'post')
      form.setAttribute('data-relay-drawn', '')
      form.append(...box.childNodes)
      box.append(form)
    }
  }
  for (const form of copy.querySelectorAll('form')) {
    const buttons = [...form.querySelectorAll(anyButton)].filter((it) => !it.hasAttribute('data-relay-unseen'))
    const isSubmit = (it) => it.tagName === 'INPUT' ? /^(submit|image)$/.test(it.type) : it.tagName === 'BUTTON' && it.type === 'submit'
    if (buttons.some(isSubmit) && !form.hasAttribute('data-relay-drawn')) continue
    const chosen = buttons.find(saysSo) || buttons.at(-1)
    for (const it of buttons) {
      if (it.tagName === 'BUTTON') it.setAttribute('type', it === chosen ? 'submit' : 'button')
      else if (it.tagName === 'INPUT') it.setAttribute('type', it === chosen ? 'submit' : 'button')
      else if (it === chosen) {
        const button = document.createElement('button')
        button.setAttribute('type', 'submit')
        button.setAttribute('data-relay-control', it.getAttribute('data-relay-control'))
        button.append(...it.childNodes)
        it.replaceWith(button)
      }
    }
  }
  const html = '<!doctype html>' + copy.outerHTML
  return html.length > most ? { html: '', url: location.href, controls: [], isTooLong: true } : { html, url: location.href, controls, isTooLong: false }
}`

/** Changes when what a person sees changes. */
export const readState = `() => location.href + '\\n' + document.title + '\\n' + (document.body ? document.body.innerText.length + ':' + document.body.innerText.slice(0, 4000) + document.querySelectorAll('input').length : '')`

/** Does the page show anything yet? */
export const isDrawn = `() => !!document.body && (document.body.innerText.trim() !== '' || document.querySelector('input, iframe, frame') !== null)`

/** What the page's origin keeps in its storage, but for longer values than `most`. */
export const readStorage = `(most) => {
  const all = (area, storage) => Object.keys(storage).slice(0, 200).map((key) => ({ area, key, value: String(storage.getItem(key)) })).filter(({ key, value }) => key.length + value.length <= most)
  try { return { origin: location.origin, entries: [...all('local', localStorage), ...all('session', sessionStorage)] } }
  catch { return { origin: location.origin, entries: [] } }
}`

/** Puts back what an earlier session had there. */
export const writeStorage = `(entries) => {
  for (const { origin, area, key, value } of entries) {
    if (origin !== location.origin) continue
    try { (area === 'local' ? localStorage : sessionStorage).setItem(key, value) } catch {}
  }
}`

/** Bytes of an address, with the page's cookies; base64. Of more than `most` none. */
export const fetchBytes = `async (address, most) => {
  const answer = await fetch(address, { credentials: 'include', cache: 'no-store' })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (bytes.length > most) return { status: answer.status, type: '', data: '', isTooLong: true }
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return { status: answer.status, type: answer.headers.get('content-type') || '', data: btoa(text), isTooLong: false }
}`
