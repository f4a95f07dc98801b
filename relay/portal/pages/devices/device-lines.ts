import type { Device } from '../../../identity/index.ts'
import type { Rooms } from '../../rooms.ts'
import { copyable } from '../copyable.ts'
import { type Html, html } from '../html.ts'

/** A new device's token and how to use it. Shown once: the relay keeps a hash. */
export function deviceLines({ proxyAddress, url, accounts }: Rooms, { name }: Device, token: string): Html {
  const proxy = `http://${name}:${token}@${proxyAddress()}`
  const example = `${firstOrigin(accounts) ?? 'https://erp.example.com'}/`
  return html`<h1>Device <bdi>${name}</bdi> is added</h1>
<div class="note warn"><p><strong>Copy what you need now.</strong> The token is shown this once.</p></div>
<section class="card"><h2>The proxy, with this device's name and token</h2>${copyable('proxy', proxy)}</section>
<section class="card"><h2>curl</h2>${copyable('curl', `curl -O ${url()}/api/v1/ca.pem\ncurl --cacert ca.pem --proxy ${proxy} ${example}`)}</section>
<section class="card"><h2>Any command, by environment</h2>
<p>With <code>login-relay</code> installed on that machine, it sets the proxy and the CA for one command:</p>
${copyable('run', `export LOGIN_RELAY_URL=${url()}\nexport LOGIN_RELAY_PROXY=${proxyAddress()}\nexport LOGIN_RELAY_DEVICE=${name}:${token}\nlogin-relay run -- COMMAND`)}
<p>Without it:</p>
${copyable('env', `export HTTP_PROXY=${proxy} HTTPS_PROXY=${proxy}\nexport http_proxy=$HTTP_PROXY https_proxy=$HTTPS_PROXY\nexport NODE_EXTRA_CA_CERTS=$PWD/ca.pem`)}</section>
<section class="card"><h2>A browser</h2><p>Set this address as “automatic proxy configuration”. When the browser asks, the user name is <code>${name}</code> and the password the token.</p>
${copyable('pac', `${url()}/proxy.pac`)}${copyable('token', token)}<p><a href="/set-up">Set-up, step by step</a></p></section>
<p><a class="button" href="/devices">Done</a></p>`
}

function firstOrigin(accounts: Rooms['accounts']): string | undefined {
  const [first] = accounts.listAccounts()
  return first === undefined ? undefined : accounts.site(first.siteId)?.origins[0]
}
