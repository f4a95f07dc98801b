import type { SessionEvent } from '../../../sessions/index.ts'
import { type Html, html } from '../html.ts'
import { prose } from '../notes.ts'

/** The sign-in under way, or the last one, step by step. */
export function signInSteps(events: readonly SessionEvent[]): Html | undefined {
  const lines = events.map(line).filter((one) => one !== undefined)
  if (lines.length === 0) return undefined
  return html`<div class="card"><h2>Sign-in, step by step</h2><ol class="steps">${lines}</ol></div>`
}

/** Steps whose words come again with how it ended. */
const told: ReadonlySet<string> = new Set(['evidence', 'done', 'failed'])

const passwordWords = {
  taken: 'the site has the new password',
  'not-taken': 'the site did not take the new password; the one before still works',
  'not-asked': 'the site was not asked for a new password',
}

function line(event: SessionEvent): Html | undefined {
  switch (event.type) {
    case 'step':
      if (told.has(event.step.name)) return undefined
      return html`<li><span class="ms">${Math.round(event.step.at)} ms</span><span><bdi>${prose(event.step.text)}</bdi></span></li>`
    case 'challenge':
      return html`<li><span class="ms"></span><span>you are asked</span></li>`
    case 'signed-in':
      return html`<li><span class="ms">${Math.round(event.timing.total)} ms</span><span><strong>signed in</strong>: <bdi>${prose(event.evidence)}</bdi></span></li>`
    case 'failed':
      return html`<li><span class="ms"></span><span><strong>failed</strong>: <bdi>${prose([event.kind, ...event.seen])}</bdi></span></li>`
    case 'password':
      return html`<li><span class="ms"></span><span><strong>${passwordWords[event.result]}</strong>: <bdi>${prose(event.seen)}</bdi></span></li>`
    case 'started':
    case 'ended':
      return undefined
  }
}
