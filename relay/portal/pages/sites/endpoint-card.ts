import type { EndpointState } from '../../../outbound/index.ts'
import { type Html, html } from '../html.ts'

/** The servers behind the name of a site, and how each is. Undefined: it has no endpoints. */
export function endpointCard(endpoints: readonly EndpointState[]): Html | undefined {
  if (endpoints.length === 0) return undefined
  return html`<section class="card"><h2>Endpoints</h2><p class="quiet">The servers behind its name. A session goes to the nearest one that works, and stays there.</p>
<dl class="facts">${endpoints.map(line)}</dl></section>`
}

function line({ address, clients = [], state, milliseconds, problem }: EndpointState): Html {
  return html`<dt><bdi>${address}</bdi></dt><dd>${mark(state, milliseconds)}${clients.length > 0 && html` <span class="quiet">first for ${clients.join(', ')}</span>`}${problem !== undefined && html` <bdi>${problem}</bdi>`}</dd>
`
}

function mark(state: EndpointState['state'], milliseconds: number | undefined): Html {
  switch (state) {
    case 'up':
      return html`<span class="state good">Up${milliseconds !== undefined && html`, ${milliseconds} ms`}</span>`
    case 'down':
      return html`<span class="state bad">Down</span>`
    case 'unknown':
      return html`<span class="state">Not looked at: nobody uses the site</span>`
  }
}
