import { type Html, html } from './html.ts'

/** Text to be copied, with a button that the page's script shows where it can copy. */
export function copyable(id: string, text: string): Html {
  return html`<pre id="copy-${id}" tabindex="0">${text}</pre><p><button type="button" data-copy="copy-${id}" hidden>Copy</button></p>`
}
