import t from 'tap'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { digest } from '../sites/captcha-site.ts'
import { startDigestSite } from '../sites/scripts/digest-site.ts'
import { signIn, startEngine } from './engine-for-test.ts'

const skip = vectorsMissing('naughty-strings')

t.test('every naughty string arrives as the password it is, byte for byte, and as the user name', { skip }, async (t) => {
  const site = await startDigestSite()
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  const strings = readVectors<string[]>('naughty-strings/blns.json')
  t.ok(strings.length > 500)
  const told: string[] = []
  for (const text of strings) {
    const outcome = await signIn(login, { url: site.url, username: text, password: text })
    if (!outcome.ok) t.fail(`${JSON.stringify(text)}: ${outcome.kind} ${outcome.seen.join('; ')}`)
    told.push(...outcome.steps.map((step) => step.text))
  }
  t.same(site.digests, strings.map(digest))
  t.same(site.usernames, strings)
  // Control characters would break a log line or steer a terminal.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  t.notOk(told.some((line) => /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line)))
})
