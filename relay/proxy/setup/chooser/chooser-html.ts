import { escapeHtml } from '../../../traffic/index.ts'
import { pageFrame } from '../page-frame.ts'

export interface OfferedAccount {
  readonly id: string
  readonly name: string
  /** Its user name at the site, of one's own. */
  readonly username?: string
  /** Whose it is, where somebody else lends it. */
  readonly lentBy?: string
  readonly isChosen: boolean
  readonly needsAttention: boolean
}

export interface OfferedSite {
  readonly id: string
  readonly host: string
  readonly token: string
  readonly accounts: readonly OfferedAccount[]
}

const styles = `  form { margin: 1.2rem 0 2rem } h2 { font-size: 1.1rem; margin: 2rem 0 0 } footer { margin-top: 3rem; color: #6a7580; font-size: .85rem }
  button { font: inherit; cursor: pointer; color: inherit }
  .account { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; width: 100%; box-sizing: border-box; margin: .6rem 0; padding: .8rem 1rem; text-align: start;
    background: #fff; border: 1px solid #c5ccd3; border-radius: .5rem; overflow-wrap: anywhere }
  .account:hover, .account:focus-visible { border-color: #0b5cad; outline: 2px solid #0b5cad } .account[aria-current] { border-color: #1a6b3c }
  .account small { color: #4d5963 } .account .good, .account .bad { margin-inline-start: auto }
  .again { background: none; border: 0; padding: .4rem 0; color: #0b5cad; text-decoration: underline }
  @media (prefers-color-scheme: dark) { .account { background: #1d2329; border-color: #46515b } .account small { color: #aab4bd } .again { color: #7db7f0 } footer { color: #9aa5ae } }
`

/** The page in place of the one he asked for. */
export function chooserHtml(site: OfferedSite, deviceName: string): string {
  return pageFrame(
    `Which account at ${site.host}?`,
    `<p>${introOf(site)} Choose the one that this device uses there; the page you asked for opens with it.</p>
${formOf(site)}
<footer><p>${rememberedFor(deviceName)} Change it at <a href="/accounts">http://relay.pac/accounts</a>.</p><p>Asked by login-relay, not by the site.</p></footer>`,
    styles,
  )
}

/** Every site at which there is something to choose. */
export function choicesHtml(sites: readonly OfferedSite[], deviceName: string): string {
  const forms = sites.map((site) => `<h2><bdi>${escapeHtml(site.host)}</bdi></h2>\n${formOf(site)}`)
  return pageFrame(
    'Which account this device uses',
    `${sites.length === 0 ? '<p>There is nothing to choose: at no site do you have, or are you lent, more than one account.</p>' : forms.join('\n')}
<footer><p>${rememberedFor(deviceName)}</p><p><a href="/">This browser and the relay</a></p></footer>`,
    styles,
  )
}

/** Without an action it goes to the page's own address, with what the address has after its \`#\`: scripts of the site may live by that. */
function formOf({ id, token, accounts }: OfferedSite): string {
  const hidden = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
  const hasChoice = accounts.some(({ isChosen }) => isChosen)
  return `<form method="post">${hidden('token', token)}${hidden('site', id)}
${accounts.map(buttonOf).join('\n')}
${hasChoice ? '<button class="again" name="account" value="">Ask me anew</button>\n' : ''}</form>`
}

function introOf({ id, accounts }: OfferedSite): string {
  const place = `<strong><bdi>${escapeHtml(id)}</bdi></strong>`
  return accounts.some(({ lentBy }) => lentBy !== undefined)
    ? `Others lend you accounts at ${place}: what you do there with one of these, you do in its owner's name.`
    : `You have several accounts at ${place}.`
}

function buttonOf({ id, name, username, lentBy, isChosen, needsAttention }: OfferedAccount): string {
  const state = isChosen ? '<span class="good">used on this device</span>' : needsAttention ? '<span class="bad">needs attention</span>' : ''
  const whose = lentBy === undefined ? username : `lent to you by ${lentBy}`
  const user = whose === undefined || whose === name ? '' : ` <small><bdi>${escapeHtml(whose)}</bdi></small>`
  return `<button class="account" name="account" value="${escapeHtml(id)}"${isChosen ? ' aria-current="true"' : ''}><strong><bdi>${escapeHtml(name)}</bdi></strong>${user}${state}</button>`
}

function rememberedFor(deviceName: string): string {
  return `The choice is remembered for the device <code>${escapeHtml(deviceName)}</code> alone.`
}
