/** The pages of the sample business server. */

export interface Order {
  readonly id: string
  readonly customer: string
  readonly placed: string
  readonly total: string
  shipped: boolean
}

const style = `
:root { color-scheme: light; --ink: #23252b; --quiet: #6b6f7a; --line: #e2dfd8; --paper: #fbfaf7; --accent: #23527c; --good: #2d6a4f; --bad: #9b2226 }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { display: flex; gap: 1.5rem; align-items: center; padding: .8rem 1.5rem; border-bottom: 1px solid var(--line); background: #fff }
header strong { letter-spacing: .02em } header .who { margin-left: auto; color: var(--quiet) }
main { max-width: 54rem; margin: 2.5rem auto; padding: 0 1.5rem }
main.narrow { max-width: 25rem }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 1.2rem }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem }
label { display: block; margin: .9rem 0 .3rem; font-size: .9rem; color: var(--quiet) }
input[type=text], input[type=password] { width: 100%; padding: .55rem .7rem; font: inherit; border: 1px solid #c9c6be; border-radius: 6px }
.captcha { display: flex; gap: .8rem; align-items: center } .captcha img { border-radius: 6px; border: 1px solid var(--line) }
.remember { display: flex; gap: .5rem; align-items: center }
button { font: inherit; padding: .5rem 1.1rem; border: 0; border-radius: 6px; background: var(--accent); color: #fff; cursor: pointer }
form.wide button { width: 100%; margin-top: 1.4rem; padding: .65rem }
button.plain { background: none; color: var(--accent); padding: 0 }
.message { margin: 0 0 1rem; padding: .6rem .8rem; border-radius: 6px; background: #fbeaea; color: var(--bad) }
table { width: 100%; border-collapse: collapse; background: #fff } td, th { padding: .6rem .8rem; border-bottom: 1px solid var(--line); text-align: left }
th { font-size: .82rem; color: var(--quiet); font-weight: 500 } td.sum { text-align: right; font-variant-numeric: tabular-nums } .done { color: var(--good) }
@media (max-width: 40rem) { header { flex-wrap: wrap; gap: .2rem 1rem; padding: .8rem 1rem } main { margin: 1.5rem auto; padding: 0 1rem } td, th { padding: .5rem .3rem } }
a { color: var(--accent) } footer { margin: 3rem auto; text-align: center; color: var(--quiet); font-size: .85rem }`

export function loginPage({ csrf, message, username = '' }: { csrf: string; message?: string | undefined; username?: string }): string {
  return page(
    'Sign in - Northwind Orders',
    `<main class="narrow"><h1>Sign in</h1>
${message === undefined ? '' : `<p class="message" role="alert">${escapeHtml(message)}</p>`}
<form class="card wide" id="login" method="post" action="/login">
<input type="hidden" name="csrf_token" value="${escapeHtml(csrf)}">
<label for="user">User name</label><input type="text" id="user" name="user" autocomplete="username" value="${escapeHtml(username)}" required autofocus>
<label for="pass">Password</label><input type="password" id="pass" name="pass" autocomplete="current-password" required>
<label for="code">Characters in the image</label>
<div class="captcha"><img src="/captcha.png" id="captcha-image" alt="captcha" width="150" height="50"><input type="text" id="code" name="code" autocomplete="off" maxlength="8" required></div>
<label class="remember"><input type="checkbox" name="remember" value="1"> Stay signed in on this computer</label>
<button type="submit" name="go" value="1">Sign in</button>
</form></main>`,
  )
}

export function ordersPage(name: string, csrf: string, orders: readonly Order[]): string {
  const rows = orders.map(
    ({ id, customer, placed, total, shipped }) =>
      `<tr><td><a href="/orders/${id}">${id}</a></td><td>${escapeHtml(customer)}</td><td>${placed}</td><td class="sum">${total}</td><td>${shipped ? '<span class="done">shipped</span>' : 'open'}</td></tr>`,
  )
  return signedInPage(
    'Orders',
    name,
    csrf,
    `<h1>Orders</h1><table><thead><tr><th>Order</th><th>Customer</th><th>Placed</th><th>Total</th><th>State</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  )
}

export function orderPage(name: string, csrf: string, { id, customer, placed, total, shipped }: Order): string {
  const action = shipped
    ? '<p class="done">This order was shipped.</p>'
    : `<form method="post" action="/orders/${id}/ship"><input type="hidden" name="csrf_token" value="${escapeHtml(csrf)}"><button>Mark as shipped</button></form>`
  return signedInPage(
    `Order ${id}`,
    name,
    csrf,
    `<p><a href="/orders">All orders</a></p><div class="card"><h1>Order ${id}</h1><p>${escapeHtml(customer)}, placed ${placed}, ${total}</p>${action}</div>`,
  )
}

export function messagePage(title: string, text: string): string {
  return page(
    `${title} - Northwind Orders`,
    `<main class="narrow"><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p><a href="/login">Sign in</a></p></main>`,
  )
}

function signedInPage(title: string, name: string, csrf: string, content: string): string {
  return page(
    `${title} - Northwind Orders`,
    `<header><strong>Northwind Orders</strong><a href="/orders">Orders</a><span class="who">Signed in as ${escapeHtml(name)}</span>
<form method="post" action="/logout"><input type="hidden" name="csrf_token" value="${escapeHtml(csrf)}"><button class="plain">Sign out</button></form></header>
<main>${content}</main>`,
  )
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>${content}<footer>Northwind Orders is a sample business server. Its customers are made up.</footer></body></html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
