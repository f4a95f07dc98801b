import { generateSync } from 'otplib'
import t, { type Test } from 'tap'
import { createIdentity, createSecondFactors, type Identity, type SecondFactors } from '../../relay/identity/index.ts'
import { filesIn } from '../laws/canary.ts'
import { newVault, type OpenVault } from '../vault/open-vault.ts'
import { minute, second, setClock } from './clock.ts'

const names = { issuer: 'login-relay', user: 'ann' }
const from = { address: '192.0.2.1', agent: 'a browser' }
const password = 'Tr0ub4dor & canary 37'

interface Started extends OpenVault {
  readonly folder: string
  readonly clock: ReturnType<typeof setClock>
  readonly factors: SecondFactors
}

async function start(t: Test): Promise<Started> {
  const place = await newVault(t)
  // The middle of a step.
  const clock = setClock(1_800_000_015_000)
  return { ...place, clock, factors: createSecondFactors({ ...place, now: clock.now }) }
}

const codeAt = (secret: string, milliseconds: number) => generateSync({ secret, epoch: Math.floor(milliseconds / 1000) })

/** Sets up an app; a minute later the code of the confirmation is long over. */
async function setUp({ factors, clock }: Started, userId: string): Promise<{ secret: string; codes: readonly string[]; code: () => string }> {
  const { secret } = factors.offer(userId, names)
  const codes = await factors.confirm(userId, userId, codeAt(secret, clock.now()))
  clock.pass(minute)
  return { secret, codes, code: () => codeAt(secret, clock.now()) }
}

t.test('an app counts once a code of it was confirmed, and not before', async (t) => {
  const { factors, clock } = await start(t)
  await t.rejects(factors.confirm('ann', 'ann', '123456'), { code: 'second_factor_not_offered' })
  const { secret, address } = factors.offer('ann', names)
  t.match(address, `otpauth://totp/login-relay:ann?secret=${secret}`)
  await t.rejects(factors.confirm('ann', 'ann', 'abc'), { code: 'second_factor_code_wrong' })
  await t.rejects(factors.confirm('bob', 'bob', codeAt(secret, clock.now())), { code: 'second_factor_not_offered' })
  t.equal(await factors.of('ann'), undefined)
  clock.pass(15 * minute)
  t.equal(factors.offered('ann'), undefined, 'an offer ends')
  const again = factors.offer('ann', names)
  t.not(again.secret, secret)
  const codes = await factors.confirm('ann', 'ann', codeAt(again.secret, clock.now()))
  t.equal(new Set(codes).size, 10)
  t.match(await factors.of('ann'), { since: clock.now(), recoveryCodesLeft: 10 })
})

t.test('a code is good in its own step and the neighbours, and once', async (t) => {
  const started = await start(t)
  const { factors, clock } = started
  const { secret, code } = await setUp(started, 'ann')
  t.equal(await factors.spend('ann', codeAt(secret, clock.now() - minute)), false, 'two steps old')
  t.equal(await factors.spend('ann', codeAt(secret, clock.now() + minute)), false, 'two steps ahead')
  t.equal(await factors.spend('ann', codeAt(secret, clock.now() - 30 * second)), 'app')
  t.equal(await factors.spend('ann', code()), 'app')
  t.equal(await factors.spend('ann', code()), false, 'a second time')
  t.equal(await factors.spend('ann', codeAt(secret, clock.now() - 30 * second)), false, 'one older than the last')
  t.equal(await factors.spend('ann', codeAt(secret, clock.now() + 30 * second)), 'app', 'the phone is ahead')
  t.equal(await factors.spend('bob', code()), false, "another's")
})

t.test('of a hundred who spend one recovery code at once, or one code of the app, one succeeds', async (t) => {
  const started = await start(t)
  const { factors, clock } = started
  const { codes, code } = await setUp(started, 'ann')
  clock.pass(minute)
  for (const one of [codes[3] as string, code()]) {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => factors.spend('ann', one)))
    t.equal(outcomes.filter((by) => by !== false).length, 1)
  }
  t.match(await factors.of('ann'), { recoveryCodesLeft: 9 })
  const distinct = await Promise.all(codes.map((one) => factors.spend('ann', one)))
  t.equal(distinct.filter((by) => by === 'recovery').length, 9, 'and none gets in the way of another')
})

t.test('a recovery code is read as people write it, and works no more once others were made or the app replaced', async (t) => {
  const started = await start(t)
  const { factors } = started
  const { codes } = await setUp(started, 'ann')
  t.match(codes[0], /^([0-9a-hj-km-np-tv-z]{6}-){3}[0-9a-hj-km-np-tv-z]{6}$/)
  t.equal(await factors.spend('ann', ` ${codes[0]?.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'I')}`), 'recovery')
  const renewed = await factors.renewRecoveryCodes('ann')
  t.equal(await factors.spend('ann', codes[1] as string), false)
  t.equal(await factors.spend('ann', renewed[0] as string), 'recovery')
  const replaced = await setUp(started, 'ann')
  t.equal(await factors.spend('ann', renewed[1] as string), false)
  t.equal(await factors.spend('ann', replaced.code()), 'app')
  await t.rejects(factors.renewRecoveryCodes('bob'), { code: 'not_found' })
  t.equal(await factors.remove('ann'), true)
  t.equal(await factors.remove('ann'), false)
  t.equal(await factors.spend('ann', replaced.codes[0] as string), false)
})

t.test('a record moved to another person does not open', async (t) => {
  const started = await start(t)
  const { code } = await setUp(started, 'ann')
  const records = started.store.collection({ name: 'second-factors' })
  await records.put('bob', (await records.get('ann'))?.value)
  await t.rejects(started.factors.spend('bob', code()), { code: 'vault_record_damaged' })
})

t.test('neither the key of an app nor a recovery code lies on disk in clear', async (t) => {
  const started = await start(t)
  const { secret, codes } = await setUp(started, 'ann')
  await started.stop()
  const disk = Buffer.concat((await filesIn(started.folder)).map(({ bytes }) => bytes)).toString('latin1')
  t.match(disk, /second-factors/, 'this is where they would be')
  for (const value of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) t.notOk(disk.includes(Buffer.from(value).toString(encoding)), encoding)
})

t.test('a right password is half a sign-in: worth nothing but the code, for five minutes, once', async (t) => {
  const { identity, started, half, app } = await halfSignedIn(t)
  t.ok(identity.halfSignIn(half))
  t.equal(await identity.portalPrincipal(half), undefined)
  await t.rejects(identity.finishSignIn({ half, code: '000000', ...from }), { code: 'unauthenticated' })
  const offer = started.factors.offer(half, names)
  const replacing = { half, code: codeAt(offer.secret, started.clock.now()), ...from }
  await t.rejects(identity.signInWithNewApp(replacing), { code: 'unauthenticated' }, 'nor to put another app in place of hers')
  t.match(await identity.finishSignIn({ half, code: app.code(), ...from }), { user: { name: 'ann' }, by: 'app', token: /^[\w-]{43}$/ })
  await t.rejects(identity.finishSignIn({ half, code: app.codes[0] as string, ...from }), { code: 'unauthenticated' }, 'it is spent')
  const late = (await identity.signIn({ name: 'ann', password, ...from })) as { half: string }
  started.clock.pass(5 * minute)
  t.equal(identity.halfSignIn(late.half), undefined)
  await t.rejects(identity.finishSignIn({ half: late.half, code: app.code(), ...from }), { code: 'unauthenticated' })
  const { half: old } = (await identity.signIn({ name: 'ann', password, ...from })) as { half: string }
  const [ann] = await identity.listUsers()
  await identity.resetPassword(ann?.id as string, 'three odd herons wade')
  await t.rejects(identity.finishSignIn({ half: old, code: app.code(), ...from }), { code: 'unauthenticated' }, 'the password is another one now')
})

t.test('guesses at the code wait like guesses at the password, and the right password does not clear the way', async (t) => {
  const { identity, started, half, app } = await halfSignedIn(t)
  const guess = (n: number) => identity.finishSignIn({ half, code: String(n).padStart(6, '0'), ...from }).catch(({ code }) => code)
  t.same(await Promise.all([1, 2, 3, 4].map(guess)), ['unauthenticated', 'unauthenticated', 'unauthenticated', 'too_many_tries'])
  started.clock.pass(second)
  t.match(await identity.signIn({ name: 'ann', password, ...from }), { half: /./ })
  t.equal(await guess(5), 'unauthenticated')
  t.equal(await guess(6), 'too_many_tries', 'the count went on')
  await t.rejects(identity.signIn({ name: 'ann', password, ...from }), { code: 'too_many_tries' }, 'it is one count')
  started.clock.pass(2 * second)
  t.match(await identity.finishSignIn({ half, code: app.code(), ...from }), { by: 'app' })
})

t.test('an app that is set up on the way in is the first: one that came between takes precedence', async (t) => {
  const started = await start(t)
  const { factors, clock } = started
  const between: { set?: () => Promise<unknown> } = {}
  const secondFactors: SecondFactors = Object.assign(Object.create(factors), {
    of: (id: string) => factors.of(id),
    confirm: async (...given: Parameters<SecondFactors['confirm']>) => {
      await between.set?.()
      return factors.confirm(...given)
    },
  })
  const identity = createIdentity({ store: started.store, secondFactors, passwordAlone: 'refused', now: clock.now })
  await identity.start()
  const { id } = await identity.addUser({ name: 'ann', password, role: 'member' })
  const answer = await identity.signIn({ name: 'ann', password, ...from })
  const half = 'half' in answer ? answer.half : ''
  const offer = factors.offer(half, names)
  between.set = async () => {
    between.set = async () => {}
    const { secret } = factors.offer('elsewhere', names)
    await factors.confirm(id, 'elsewhere', codeAt(secret, clock.now()))
  }
  await t.rejects(identity.signInWithNewApp({ half, code: codeAt(offer.secret, clock.now()), ...from }), { code: 'unauthenticated' })
  t.match(await factors.of(id), { recoveryCodesLeft: 10 })
  const others = Array.from({ length: 5 }, (_, i) => {
    const { secret } = factors.offer(`half ${i}`, names)
    return factors.confirm('bob', `half ${i}`, codeAt(secret, clock.now()), { first: true }).then(
      () => 'set up',
      ({ code }) => code,
    )
  })
  t.same((await Promise.all(others)).sort(), ['set up', 'unauthenticated', 'unauthenticated', 'unauthenticated', 'unauthenticated'])
})

t.test('an app is removed although its key cannot be destroyed', async (t) => {
  const started = await start(t)
  await setUp(started, 'ann')
  const vault = {
    seal: started.vault.seal.bind(started.vault),
    open: started.vault.open.bind(started.vault),
    destroyKey: async () => Promise.reject(new Error('the disk is full')),
  }
  const factors = createSecondFactors({ store: started.store, vault, now: started.clock.now })
  t.equal(await factors.remove('ann'), true)
  t.equal(await factors.of('ann'), undefined)
})

async function halfSignedIn(t: Test): Promise<{ identity: Identity; started: Started; half: string; app: Awaited<ReturnType<typeof setUp>> }> {
  const started = await start(t)
  const identity = createIdentity({ store: started.store, secondFactors: started.factors, now: started.clock.now })
  await identity.start()
  const { id } = await identity.addUser({ name: 'ann', password, role: 'member' })
  const app = await setUp(started, id)
  const answer = await identity.signIn({ name: 'ann', password, ...from })
  if (!('half' in answer)) throw new Error('no code is asked for')
  return { identity, started, half: answer.half, app }
}
