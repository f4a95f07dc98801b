import { X509Certificate } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../../rooms.ts'
import { copyable } from '../copyable.ts'
import { type Html, html } from '../html.ts'
import { doneNote } from '../notes.ts'
import { showPage } from '../page-route.ts'

/** How to trust the CA, by system: name and steps. */
const systems: readonly (readonly [name: string, steps: readonly string[]])[] = [
  [
    'Windows',
    [
      'Open the downloaded file and choose “Install Certificate…”.',
      'Choose “Current User”, then “Place all certificates in the following store”: “Trusted Root Certification Authorities”.',
    ],
  ],
  [
    'macOS',
    [
      'Open the downloaded file; it goes to the keychain “login”.',
      'In Keychain Access open the certificate, unfold “Trust”, and set “When using this certificate” to “Always Trust”.',
    ],
  ],
  ['Linux, Chromium', ['Open chrome://certificate-manager, “Custom”, “Installed by you”, and import the file under “Trusted Certificates”.']],
  ['Debian, Ubuntu: system-wide', ['sudo cp login-relay-ca.pem /usr/local/share/ca-certificates/login-relay.crt', 'sudo update-ca-certificates']],
  ['Fedora: system-wide', ['sudo cp login-relay-ca.pem /etc/pki/ca-trust/source/anchors/login-relay.pem', 'sudo update-ca-trust extract']],
  ['Firefox', ['Settings, “Privacy & Security”, “View Certificates…”, “Authorities”, “Import…”; tick “Trust this CA to identify websites”.']],
  [
    'iPhone, iPad',
    [
      'Open this page in Safari and download the file; then Settings, “Profile Downloaded”, “Install”.',
      'Settings, General, About, Certificate Trust Settings: switch it on.',
    ],
  ],
  ['Android', ['Settings, Security, “Encryption & credentials”, “Install a certificate”, “CA certificate”. Browsers use it; many apps do not.']],
]

/** What a terminal needs: the proxy, the CA. */
export function setUpPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/set-up', ({ query }) => ({
    title: 'Set-up',
    place: 'set-up',
    body: html`<h1>Set up a terminal</h1>${doneNote(query)}
<p class="lead">A browser or tool that uses the relay's proxy is signed in at your sites without holding a password. It needs three things: a device of its own, the proxy, and trust in the relay's certificate.</p>
<section class="card"><h2>1. A device</h2><p><a href="/devices">Add a device</a>: its name and token are what the proxy asks for.</p></section>
<section class="card"><h2>2. The proxy</h2><p>For a browser, set this as “automatic proxy configuration address”. It sends only the enrolled sites through the relay:</p>
${copyable('pac', `${rooms.url()}/proxy.pac`)}
<p>For tools, the proxy itself:</p>${copyable('proxy', `http://DEVICE:TOKEN@${rooms.proxyAddress()}`)}
<p>For one command, where <code>login-relay</code> is installed:</p>${copyable('run', 'login-relay run -- COMMAND')}</section>
<section class="card"><h2>3. The certificate</h2>${certificate(rooms.caPem())}
<p>Where <code>login-relay</code> is installed, one command puts it where that machine's browsers and tools look:</p>${copyable('ca', 'login-relay ca install --file login-relay-ca.pem')}
${systems.map(([name, steps]) => html`<details><summary>${name}</summary><ol>${steps.map((step) => html`<li>${step.startsWith('sudo ') ? html`<code>${step}</code>` : step}</li>`)}</ol></details>`)}</section>`,
  }))
}

function certificate(pem: string): Html {
  const { fingerprint256, validTo } = new X509Certificate(pem)
  return html`<p>The relay's CA can vouch for your enrolled sites and for nothing else. Enrolling or removing a site makes a new certificate on the same key: install it anew then.</p>
<p><a class="button main" href="/api/v1/ca.pem" download="login-relay-ca.pem">Download the certificate</a></p>
<dl class="facts"><dt>SHA-256</dt><dd><code>${fingerprint256}</code></dd><dt>Good until</dt><dd>${new Date(validTo).toISOString().slice(0, 10)}</dd></dl>`
}
