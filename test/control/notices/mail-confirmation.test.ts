import t from 'tap'
import { createMailer } from '../../../relay/outbound/index.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { openNotices } from './open-notices.ts'
import { setConfirmedMail, startMailServer, untilMailed } from './receivers.ts'

const owner = 'u1'
const minute = 60_000
const ann = { address: 'ann@example.com', groups: ['use' as const] }

/** Notices with a real mail server, and a clock that is moved by hand. */
async function open(t: Parameters<typeof openNotices>[0]) {
  let ahead = 0
  const server = await startMailServer(t)
  const mailer = createMailer({ host: '127.0.0.1', port: server.port, security: 'none', password: async () => undefined, from: 'relay@example.com' })
  const opened = await openNotices(t, await tempFolder(t), { mailer, now: () => Date.now() + ahead })
  const pass = (milliseconds: number) => {
    ahead += milliseconds
  }
  return { ...opened, server, pass, code: () => server.codes.at(-1)?.code ?? '' }
}

t.test('an address gets a code and no notice, until the code has come back; the code is told in that mail alone, and is good once', async (t) => {
  const { notices, server, store, logged, code } = await open(t)
  await notices.setMail(owner, ann)
  t.match(server.codes, [{ to: 'ann@example.com', text: /wants its notices sent to this address.*Where they go.*lets nobody in/s }])
  await notices.tell({ owner, kind: 'account-used' })
  t.same(await store.collection({ name: 'notice-deliveries' }).list(), [], 'nothing is on its way')
  t.match(notices.delivery(owner), { mail: undefined, asked: { address: 'ann@example.com', expiresAt: Number } })
  const told = JSON.stringify([notices.list(owner), await store.collection({ name: 'notice-preferences' }).list()]) + logged()
  t.notMatch(told, code())
  t.notMatch(told, code().replace(' ', ''))
  await t.rejects(notices.confirmMail('u2', code()), { code: 'mail_code_wrong' }, 'the code of another')
  const racing = await Promise.allSettled(Array.from({ length: 100 }, () => notices.confirmMail(owner, code())))
  t.equal(racing.filter(({ status }) => status === 'fulfilled').length, 1)
  await t.rejects(notices.confirmMail(owner, code()), { code: 'mail_code_wrong' })
  await until(() => server.mails.length === 1, 'the mail that says that mail comes')
  t.match(notices.delivery(owner), { mail: ann, asked: undefined })
})

t.test('a code is not found by trying, not even all at once, and is over after an hour', async (t) => {
  const { notices, server, pass, code } = await open(t)
  await notices.setMail(owner, ann)
  const guesses = Array.from({ length: 100 }, (_, index) => String(index).padStart(8, '0')).filter((guess) => guess !== code().replace(' ', ''))
  const tried = await Promise.allSettled([...guesses, code()].map((guess) => notices.confirmMail(owner, guess)))
  t.ok(tried.every(({ status }) => status === 'rejected'))
  pass(minute)
  await notices.setMail(owner, ann)
  for (let times = 0; times < 4; times++) await t.rejects(notices.confirmMail(owner, 'x'.repeat(100)), { code: 'mail_code_wrong' })
  await notices.confirmMail(owner, ` ${code().replace(' ', '-')} `)
  await notices.setMail(owner, undefined)

  pass(minute)
  await notices.setMail(owner, ann)
  pass(60 * minute)
  await t.rejects(notices.confirmMail(owner, code()), { code: 'mail_code_wrong' })
  t.equal(notices.delivery(owner).asked, undefined)
  t.equal(server.codes.length, 3)
})

t.test('nobody’s mailbox is filled with codes: one a minute, ten a day, and each makes the one before worthless', async (t) => {
  const { notices, server, pass } = await open(t)
  await notices.setMail(owner, ann)
  await t.rejects(notices.setMail(owner, { ...ann, address: 'eve@example.com' }), { code: 'too_many_tries', params: { seconds: 60 } })
  t.match(notices.delivery(owner).asked, { address: 'ann@example.com' })
  for (let times = 1; times < 10; times++) {
    pass(minute)
    await notices.setMail(owner, ann)
  }
  pass(minute)
  await t.rejects(notices.setMail(owner, ann), { code: 'too_many_tries' })
  t.equal(server.codes.length, 10)
  const [first, last] = [server.codes[0]?.code ?? '', server.codes.at(-1)?.code ?? '']
  if (first !== last) await t.rejects(notices.confirmMail(owner, first), { code: 'mail_code_wrong' })
  await notices.setMail('u2', ann)
  pass(24 * 60 * minute)
  await notices.setMail(owner, ann)
})

t.test('the address before goes on until another is confirmed, and is told that one was named', async (t) => {
  const { notices, server, store, pass } = await open(t)
  await setConfirmedMail(notices, server, owner, ann)
  await untilMailed(server, store, 1, 'the first mail')
  pass(2 * minute)
  await notices.setMail(owner, { address: 'eve@evil.example', groups: [] })
  await untilMailed(server, store, 2, 'ann is told')
  t.match(server.mails[1], { to: 'ann@example.com', text: /mail to eve@evil \.example, once a code/ })
  pass(2 * minute)
  await notices.tell({ owner, kind: 'account-used' })
  await until(() => server.mails.length === 3, 'a notice')
  t.equal(server.mails[2]?.to, 'ann@example.com')
  await notices.setMail(owner, { ...ann, groups: ['door'] })
  t.match(notices.delivery(owner), { mail: { groups: ['door'] }, asked: undefined }, 'groups alone want no code, and the other address is dropped')
})

t.test('where the mail server does not take the code, nothing waits for it', async (t) => {
  const mailer = async () => {
    throw new Error('nobody of that name')
  }
  const { notices, logged } = await openNotices(t, await tempFolder(t), { mailer })
  await t.rejects(notices.setMail(owner, ann), { code: 'mail_not_taken' })
  t.match(logged(), /nobody of that name/)
  t.match(notices.delivery(owner), { mail: undefined, asked: undefined })
})
