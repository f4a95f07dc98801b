import t from 'tap'
import type { Gesture } from '../../../relay/commands/adapter/record/recording.ts'
import { redactRecording, typedIn } from '../../../relay/commands/adapter/record/redact-recording.ts'
import type { SeenExchange } from '../../../relay/commands/adapter/record/tapped-outbound.ts'

const field = (type: string, id = ''): Omit<Gesture, 'value'> => ({ what: 'type', tag: 'input', type, name: '', id, autocomplete: '' })
const press: Gesture = { ...field('submit'), what: 'press', tag: 'button', value: 'Log in' }

/** A letter after the other. */
function typing(into: Omit<Gesture, 'value'>, value: string): Gesture[] {
  return Array.from(value, (_, index) => ({ ...into, value: value.slice(0, index + 1) }))
}

const url = 'https://erp.example/login'
const page = (body: string, sent = ''): SeenExchange => ({
  method: sent === '' ? 'GET' : 'POST',
  url,
  sentType: 'application/x-www-form-urlencoded',
  sent,
  status: 200,
  headers: [{ name: 'content-type', value: 'text/html' }],
  body,
})

t.test('a password that was mistyped first is in nothing that is written', async (t) => {
  const [pass, user] = [field('password', 'pw'), field('text', 'user')]
  const gestures = [
    ...typing(user, 'ann.miller'),
    ...typing(pass, 'my other password'),
    press,
    // Corrected at its end, then typed anew.
    ...typing(pass, 'correct hors'),
    { ...pass, value: 'correct hor' },
    ...typing(pass, 'battery staple'),
    press,
  ]
  const typed = typedIn(gestures)
  t.match(typed, { username: 'ann.miller', password: 'battery staple', values: ['ann.miller', 'my other password', 'correct hors', 'battery staple'] })
  t.equal(typed.values.length, 4, 'not each letter on the way')
  const fixture = redactRecording(url, [page('<p>No, not my other password'), page('<p>Hello', 'user=ann.miller&pw=battery+staple')], typed)
  t.notMatch(JSON.stringify(fixture), /other password|staple|miller/)
})

t.test('a password that the page shows while it is typed, and fields without a name, are known all the same', async (t) => {
  const shown = [
    ...typing(field('text', 'user'), 'ann.miller'),
    ...typing(field('password', 'pw'), 'battery'),
    { ...field('text', 'pw'), value: 'battery staple' },
  ]
  t.match(typedIn(shown), { username: 'ann.miller', password: 'battery staple' })
  const nameless = [...typing(field('text'), 'ann.miller'), ...typing(field('password'), 'battery staple'), ...typing(field('tel'), '123456')]
  t.same(typedIn(nameless), { username: 'ann.miller', password: 'battery staple', values: ['ann.miller', 'battery staple', '123456'] })
})
