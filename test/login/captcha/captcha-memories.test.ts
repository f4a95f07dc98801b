import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type Accounts, createAccounts, type Site } from '../../../relay/accounts/index.ts'
import { CaptchaMemories, type Login } from '../../../relay/login/index.ts'
import type { Store } from '../../../relay/store/index.ts'
import { type CaptchaSite, startCaptchaSite } from '../../sites/captcha-site.ts'
import { until } from '../../until.ts'
import { newVault, openVault } from '../../vault/open-vault.ts'
import { type EngineOptions, startEngine } from '../engine-for-test.ts'

interface Setting {
  readonly store: Store
  readonly accounts: Accounts
  readonly memories: CaptchaMemories
  readonly login: Login
  readonly logged: () => string
  /** Ends everything, as a relay that stops. */
  stop(): Promise<void>
}

const noReader = () => Promise.reject(new Error('no reader here'))

/** An engine whose memories are kept in this data directory. By default its reader is gone: every captcha goes to the person. */
async function start(t: Test, folder?: string, openReader: EngineOptions['openReader'] = noReader): Promise<Setting & { readonly folder: string }> {
  const opened = folder === undefined ? await newVault(t) : { folder, ...(await openVault(t, { folder })) }
  const { store, vault } = opened
  const accounts = createAccounts({ store, vault })
  await accounts.start()
  const lines: string[] = []
  const memories = new CaptchaMemories({ store, vault, accounts, log: pino({}, { write: (line: string) => void lines.push(line) }) })
  const login = await startEngine(t, { openReader, memories })
  const stop = async () => {
    await login.stop()
    await accounts.stop()
    await opened.stop()
  }
  return { folder: opened.folder, store, accounts, memories, login, stop, logged: () => lines.join('') }
}

async function business(t: Test): Promise<CaptchaSite> {
  const site = await startCaptchaSite()
  t.teardown(() => site.stop())
  return site
}

function enrol({ accounts }: Setting, { url, origin }: CaptchaSite): Promise<Site> {
  return accounts.addSite({ id: 'erp', origins: [origin], loginUrl: url, adapter: 'form', settings: {}, delivery: 'attach', networks: ['loopback'] })
}

interface Visit {
  readonly password?: string
  readonly answer?: (image: Buffer) => string
}

/** Signs in anew; a person answers, and the images he saw are given back. */
async function visit({ login, accounts }: Setting, business: CaptchaSite, site: Site, { password, answer = business.answerOf }: Visit = {}) {
  const [known] = business.accounts
  const secrets = { password: password ?? known?.password ?? '' }
  const account = await accounts.addAccount({ owner: 'ann', siteId: site.id, username: known?.username ?? '', secrets, replace: true })
  const images: Buffer[] = []
  const outcome = await login.signIn({
    site,
    account,
    credential: await accounts.credential(account.id),
    onStep: () => {},
    signal: new AbortController().signal,
    ask: async (challenge) => {
      if (challenge.kind !== 'captcha') throw new Error('not a captcha')
      images.push(challenge.image)
      return answer(challenge.image)
    },
  })
  return { outcome, images }
}

t.test('an answer that led to a sign-in is learned, outlives the relay, and its image is nowhere on disk', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  const { outcome, images } = await visit(setting, site, erp)
  t.ok(outcome.ok)
  await setting.stop()
  for (const file of (await readdir(setting.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name))
    for (const image of images) {
      // What a PNG's pixels begin with, raw and in two encodings; its head is in every PNG.
      const pixels = image.subarray(60, 159)
      for (const form of [pixels, pixels.toString('hex'), pixels.toString('base64')]) t.notOk(bytes.includes(form), `${file.name} holds no image`)
      t.notOk(bytes.includes(`["${site.answerOf(image)[0]}","`), `${file.name} holds no glyph in clear`)
    }
  }
  t.equal(images.length, 1)
  const again = await start(t, setting.folder)
  t.match(await again.login.captchaStats(erp), { answers: { reads: 0, right: 0, asked: 1, askedRight: 1 }, glyphs: { images: 1 } })
})

t.test('each refused answer counts as wrong', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  let asked = 0
  const { outcome } = await visit(setting, site, erp, { answer: (image) => (++asked < 3 ? 'wrong' : site.answerOf(image)) })
  t.ok(outcome.ok)
  await setting.stop()
  const again = await start(t, setting.folder)
  t.match(await again.login.captchaStats(erp), { answers: { asked: 3, askedRight: 1 }, glyphs: { images: 1 } })
})

t.test('what the relay read itself counts as read, right and wrong', async (t) => {
  const site = await business(t)
  let reads = 0
  const answerOf = (image: Buffer) => (++reads < 3 ? 'wrong' : site.answerOf(image))
  const reader = async () => ({
    read: async (image: Buffer) => {
      const answer = answerOf(image)
      return { text: answer, answer, confidence: 0.97, kind: 'text' as const, candidates: [{ text: answer, confidence: 0.97 }], ms: 1 }
    },
    async close() {},
  })
  const setting = await start(t, undefined, reader)
  const erp = await enrol(setting, site)
  const { outcome, images } = await visit(setting, site, erp)
  t.ok(outcome.ok)
  t.equal(images.length, 0, 'nobody was asked')
  await setting.stop()
  const again = await start(t, setting.folder)
  t.match(await again.login.captchaStats(erp), { answers: { reads: 3, right: 1, asked: 0 }, byKind: { text: { reads: 3, right: 1 } } })
})

t.test('the last refused answer counts too', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  const { outcome } = await visit(setting, site, erp, { answer: () => 'wrong' })
  t.match(outcome, { ok: false, kind: 'wrong-captcha' })
  await setting.stop()
  const again = await start(t, setting.folder)
  t.match(await again.login.captchaStats(erp), { answers: { asked: 4, askedRight: 0 }, glyphs: { images: 0 } })
})

t.test('an ambiguous outcome teaches nothing: the password may have been wrong, or the captcha', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  const { outcome } = await visit(setting, site, erp, { password: 'not the password' })
  t.match(outcome, { ok: false, kind: 'wrong-password' })
  t.match(await setting.login.captchaStats(erp), { answers: { reads: 0, right: 0, asked: 0, askedRight: 0 }, glyphs: { images: 0, count: 0 } })
})

t.test('a site that is removed takes what was learned with it, key first; one of the same name begins anew', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const { store, accounts, login } = setting
  const erp = await enrol(setting, site)
  const kept = store.collection({ name: 'captcha-memories' })
  const keys = store.collection({ name: 'data-keys' })
  await visit(setting, site, erp)
  await until(async () => (await kept.list()).length === 1, 'a memory')
  t.ok(await keys.get('captcha erp'))
  await accounts.removeSite('erp')
  await new Promise((resolve) => setTimeout(resolve, 2))
  const same = await enrol(setting, site)
  t.match(await login.captchaStats(same), { answers: { asked: 0 }, glyphs: { count: 0 } })
  await until(async () => (await kept.list()).length === 0, 'none')
  t.equal(await keys.get('captcha erp'), undefined)
})

t.test('a site that was removed while no relay ran leaves nothing either', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  await visit(setting, site, erp)
  await setting.login.stop()
  await setting.accounts.removeSite('erp')
  await setting.stop()
  const again = await start(t, setting.folder)
  t.strictSame(await again.store.collection({ name: 'captcha-memories' }).list(), [])
})

t.test('a memory that was tampered with is learned anew, and the log says so', async (t) => {
  const [setting, site] = [await start(t), await business(t)]
  const erp = await enrol(setting, site)
  await visit(setting, site, erp)
  await setting.login.stop()
  const kept = setting.store.collection<{ sealed: { tag: string } }>({ name: 'captcha-memories' })
  const record = (await kept.get('erp'))?.value
  if (record === undefined) throw new Error('nothing was kept')
  await kept.put('erp', { ...record, sealed: { ...record.sealed, tag: Buffer.alloc(16).toString('base64') } })
  await setting.stop()
  const again = await start(t, setting.folder)
  t.match(await again.login.captchaStats(erp), { answers: { asked: 0 } })
  t.match(again.logged(), /cannot be opened: it is learned anew/)
})
