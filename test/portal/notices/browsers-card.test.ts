import t from 'tap'
import { html } from '../../../relay/portal/pages/html.ts'
import { browsersCard } from '../../../relay/portal/pages/notices/browsers-card.ts'

t.test('where no notices go to browsers, those that were added are shown still, to be ended and not to be tested', async (t) => {
  const browsers = [{ id: 'b1', name: 'Firefox on Linux', addedAt: 1_760_000_000_000, groups: [], service: 'push.example.com' }]
  const shown = (push: boolean) => browsersCard({ browsers, can: { mail: false, webhook: false, push }, pushKey: '' }, html``, 'csrf').text
  t.match(shown(false), /Firefox on Linux.*action="\/notices\/browsers\/b1\/end"/s)
  t.notMatch(shown(false), /b1\/test|data-push/)
  t.match(shown(true), /b1\/test/)
})
