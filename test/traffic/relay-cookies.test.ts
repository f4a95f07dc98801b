import t from 'tap'
import { readResponseHead } from '../../relay/traffic/answers/response-head.ts'

t.test("a site sets no cookie of the relay's own, by whatever name of the family", async (t) => {
  const lines = [
    `__Host-login-relay-gateway=${'x'.repeat(43)}; Path=/; Secure`,
    '__Host-login-relay-way=x; Path=/; Secure',
    'login-relay=x; Path=/',
    'login-relay-terminal=x',
    '=login-relay=x',
    ' login-relay =x',
    '__HOST-login-relay=x; Secure; Path=/',
  ]
  const own = ['sid=1', 'login-relayed=1', 'my-login-relay=1', 'a=login-relay=1']
  t.same(
    readResponseHead(
      [...lines, ...own].flatMap((line) => ['Set-Cookie', line]),
      200,
    ).setCookies,
    own,
  )
})
