import { createHash } from 'node:crypto'
import iconv from 'iconv-lite'
import t, { type Test } from 'tap'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { startDigestSite } from '../sites/scripts/digest-site.ts'
import { enrol, startRelay } from '../start-relay.ts'

// From the API to the site: a password arrives byte for byte as the page's encoding has it, or is refused when it is given.

const skip = vectorsMissing('naughty-strings')

/** What a browser sends of a text in this encoding: a character the encoding lacks goes as its number (HTML standard, form submission). */
function asSent(text: string, charset: string): Buffer {
  if (charset === 'utf-8') return Buffer.from(text.toWellFormed())
  const bytes = Array.from(text.toWellFormed(), (character) => {
    const encoded = iconv.encode(character, charset)
    return iconv.decode(encoded, charset) === character ? encoded : Buffer.from(`&#${character.codePointAt(0)};`)
  })
  return Buffer.concat(bytes)
}

async function sendAll(t: Test, charset: string, strings: readonly string[]): Promise<void> {
  const site = await startDigestSite({ charset })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { user } = await enrol(relay, { url: site.url, username: 'first', password: 'first' })
  const [refused, sent]: [string[], string[]] = [[], []]
  for (const text of strings) {
    const answer = await fetch(`${relay.portalUrl}/api/v1/accounts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'erp', user: user.name, username: text, password: text, replace: true }),
    })
    const body = (await answer.json()) as { id: string; code?: string; username?: string }
    if (answer.status === 201) {
      await relay.sessions.ensure(body.id)
      sent.push(text)
      if (body.username !== text) t.fail(`${JSON.stringify(text)} became ${JSON.stringify(body.username)}`)
    } else {
      if (body.code !== 'bad_request') t.fail(`${JSON.stringify(text)}: ${body.code}`)
      refused.push(text)
    }
  }
  t.same(
    site.digests,
    sent.map((text) => createHash('sha256').update(asSent(text, charset)).digest('hex')),
  )
  t.same(
    site.usernames,
    sent.map((text) => iconv.decode(asSent(text, charset), charset, { stripBOM: false })),
  )
  t.ok(refused.length < strings.length / 20, `refused: ${JSON.stringify(refused)}`)
  for (const line of relay.logged().trim().split('\n')) JSON.parse(line)
}

t.test('every naughty string is a password and a user name at a site in UTF-8', { skip }, (t) =>
  sendAll(t, 'utf-8', readVectors<string[]>('naughty-strings/blns.json')),
)

t.test('those with Chinese, quotes and signs, and every fifth of the others, at a site in GBK', { skip }, (t) => {
  const strings = readVectors<string[]>('naughty-strings/blns.json')
  return sendAll(
    t,
    'gbk',
    strings.filter((text, index) => index % 5 === 0 || /[\u4e00-\u9fff"'&%+]/.test(text)),
  )
})
