import t from 'tap'
import { isFromOwnPage } from '../../../relay/portal/caller/origin-rule.ts'

const facts = { origin: undefined, secFetchSite: undefined, host: '127.0.0.1:8470', scheme: 'http', publicOrigin: 'https://relay.example.com' } as const

t.test('a form of the portal is taken under each of its names, over what it speaks', async (t) => {
  t.ok(isFromOwnPage({ ...facts, origin: 'http://127.0.0.1:8470', secFetchSite: 'same-origin' }))
  t.ok(isFromOwnPage({ ...facts, origin: 'https://relay.example.com' }))
  t.ok(isFromOwnPage(facts), 'a client that says nothing is left to the CSRF token')
})

t.test('what comes from another page is refused', async (t) => {
  for (const origin of ['null', 'https://evil.example', 'http://127.0.0.1:8471', 'https://127.0.0.1:8470', 'http://relay.example.com', '']) {
    t.notOk(isFromOwnPage({ ...facts, origin }), origin)
  }
  for (const secFetchSite of ['cross-site', 'same-site', 'x']) t.notOk(isFromOwnPage({ ...facts, origin: 'http://127.0.0.1:8470', secFetchSite }), secFetchSite)
})
