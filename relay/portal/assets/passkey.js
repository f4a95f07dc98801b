// Passkeys: asks the browser for one when a form marked so is sent, and sends the answer with it. Forms stay hidden
// where the browser knows no passkeys or runs no script; the password is beside them.
'use strict'

async function answer({ kind, options }, named) {
  // Who has no name yet says it in the form: the device lists the passkey by it.
  const asked = named === null ? options : `${options}?${new URLSearchParams({ name: named.value })}`
  const reply = await fetch(asked, { headers: { accept: 'application/json' } })
  // Signed out meanwhile, or asked to prove again who it is: the page says so.
  if (!reply.ok || reply.redirected) return location.reload()
  const publicKey = await reply.json()
  const credential =
    kind === 'create'
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
  return JSON.stringify(credential)
}

function why(error) {
  if (error.name === 'InvalidStateError') return 'This device holds a passkey for you already.'
  if (error.name === 'NotAllowedError') return 'Nothing was confirmed. Try again when you are ready.'
  return 'This browser could not use a passkey here.'
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === undefined) continue
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    event.stopPropagation()
    const button = form.querySelector('button')
    const note = form.querySelector('[role="status"]')
    button.disabled = true
    note.textContent = ''
    try {
      const response = await answer({ kind: form.dataset.passkey, options: form.dataset.options }, form.querySelector('input[autocomplete="username"][name]'))
      if (response === undefined) return
      form.elements.namedItem('response').value = response
      // Not sent as a click would: this listener would be asked again.
      form.submit()
    } catch (error) {
      note.textContent = why(error)
      button.disabled = false
    }
  })
}
