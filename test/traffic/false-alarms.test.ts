import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { SiteSession } from '../../relay/sessions/index.ts'
import { isFalseAlarm, mayReplace, noteFalseAlarm, noteReplaced, noteSignedIn } from '../../relay/traffic/requests/false-alarms.ts'

const minute = 60_000
const session = (accountId: string) => ({ id: randomUUID(), account: { id: accountId } }) as unknown as SiteSession
const asked = (path: string, method = 'GET') => ({ method, url: new URL(path, 'https://site.test') })

t.test('after three sign-ins that were good for nothing the next waits a minute, the one after it two, and none longer than ten', (t) => {
  const account = randomUUID()
  let now = 0
  for (const _ of [1, 2, 3]) {
    t.ok(mayReplace(session(account), now))
    noteReplaced(session(account), asked('/a'), now)
  }
  for (const wait of [1, 2, 4, 8, 10, 10]) {
    t.notOk(mayReplace(session(account), now + wait * minute - 1))
    now += wait * minute
    t.ok(mayReplace(session(account), now), `${wait} minutes`)
    noteReplaced(session(account), asked('/a'), now)
  }
  noteSignedIn(session(account), asked('/a'))
  t.ok(mayReplace(session(account), now), 'one that helped')
  t.ok(mayReplace(session(randomUUID()), now), 'another account')
  t.end()
})

t.test('many requests that meet the end of one session have it replaced once, whichever comes last', (t) => {
  const account = randomUUID()
  const ended = session(account)
  for (const _ of [1, 2, 3, 4, 5]) {
    t.ok(mayReplace(ended, 0))
    noteReplaced(ended, asked('/a'), 0)
  }
  t.ok(mayReplace(session(account), 0))
  t.end()
})

t.test('a sign-in is good for something where its page looks signed in afterwards, though the client asks for it again', (t) => {
  const account = randomUUID()
  for (const _ of [1, 2, 3, 4, 5]) {
    const [ended, given] = [session(account), session(account)]
    t.ok(mayReplace(ended, 0))
    noteReplaced(ended, asked('/given-up'), 0)
    noteReplaced(ended, asked('/upload', 'POST'), 0)
    noteSignedIn(given, asked('/upload', 'POST'))
  }
  t.end()
})

t.test('sign-ins for pages that always look signed out count, whatever other pages look like, or these in the session before', (t) => {
  const account = randomUUID()
  for (const page of ['/a', '/b', '/a']) {
    const [ended, given] = [session(account), session(account)]
    t.ok(mayReplace(ended, 0))
    noteReplaced(ended, asked(page), 0)
    noteSignedIn(ended, asked(page))
    noteFalseAlarm(given, asked(page))
    noteSignedIn(given, asked(page))
    noteSignedIn(given, asked('/home'))
  }
  t.notOk(mayReplace(session(account), 0))
  t.end()
})

t.test('a page is taken for one that always looks signed out until it looks signed in, in another session than before', (t) => {
  const account = randomUUID()
  const [first, second] = [session(account), session(account)]
  noteFalseAlarm(first, asked('/a?page=1'))
  for (const one of [first, second]) t.ok(isFalseAlarm(one, asked('/a?page=2')))
  t.notOk(isFalseAlarm(first, asked('/a', 'POST')))
  t.notOk(isFalseAlarm(first, asked('/b')))
  noteSignedIn(first, asked('/a'))
  t.ok(isFalseAlarm(second, asked('/a')))
  noteSignedIn(second, asked('/a'))
  t.notOk(isFalseAlarm(second, asked('/a')))
  t.end()
})
