import { type Html, html } from './html.ts'

/** A moment, to the minute: universal time, which the script turns into the reader's own. */
export function moment(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}
