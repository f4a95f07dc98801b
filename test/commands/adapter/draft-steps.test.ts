import t from 'tap'
import { type Fixture, fixturePassword, fixtureUsername } from '../../../relay/commands/adapter/fixture.ts'
import { draftSteps } from '../../../relay/commands/adapter/record/draft-steps.ts'
import type { Gesture } from '../../../relay/commands/adapter/record/recording.ts'

const typed = (name: string, value: string): Gesture => ({ what: 'type', tag: 'input', type: 'text', name, id: '', autocomplete: '', value })
const gestures = [typed('user', 'ann'), typed('pw', 'correct horse')]

type Exchange = Fixture['exchanges'][number]
const exchange = (method: string, path: string, cookies: readonly string[] = [], more: Partial<Exchange> = {}): Exchange => ({
  method,
  url: `https://site.example${path}`,
  status: 200,
  headers: cookies.map((cookie) => ['set-cookie', cookie]),
  body: '',
  ...more,
})
const password = { fields: { pw: fixturePassword }, status: 303 }

function signs(...exchanges: Exchange[]): string[] {
  const draft = draftSteps(
    'site',
    gestures,
    { username: 'ann', password: 'correct horse', values: [] },
    { url: 'https://site.example/login', settings: {}, exchanges },
  )
  return [...draft.matchAll(/- "(.*)"/g)].map(([, sign = '']) => sign)
}

t.test('a sign of success in a draft is what came with the password and not before: a wrong one would not be taken for right', async (t) => {
  const user = { fields: { user: fixtureUsername }, status: 303 }
  t.same(
    signs(
      exchange('GET', '/login', ['pre=redacted']),
      exchange('POST', '/login/name', ['flow=redacted'], user),
      exchange('GET', '/login/password'),
      exchange('POST', '/login/password', ['session=redacted; Path=/', 'flow=; Max-Age=0'], password),
      exchange('GET', '/home', ['theme=redacted']),
    ),
    ['cookie=session', 'cookie=theme', 'path=/home'],
  )
  const refused = exchange('POST', '/login', ['tries=redacted'], { fields: { user: fixtureUsername }, status: 200 })
  t.same(signs(exchange('GET', '/login'), refused, exchange('POST', '/login', ['sid=redacted'], password), exchange('GET', '/home')), [
    'cookie=sid',
    'path=/home',
  ])
  t.same(
    signs(exchange('GET', '/', ['sid=redacted']), exchange('POST', '/login', ['sid=redacted'], password), exchange('GET', '/')),
    [],
    'none is better than a false one',
  )
})
