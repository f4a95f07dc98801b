import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import t from 'tap'
import { openReader } from '../../captcha/index.ts'
import { draw, svgOf } from '../../captcha/training/drawing/draw.ts'
import { seeded } from '../../captcha/training/drawing/random.ts'
import { isRelayError } from '../../relay/errors.ts'
import { pngHeader } from './images.ts'

const reader = await openReader({ workers: 1 })
t.teardown(() => reader.close())

t.test('captchas as the demo’s site draws them are read, and high confidence can be relied on', async (t) => {
  const images = await draw({ noise: 0 }, 40, 501)
  const reads = []
  for (const { image, answer } of images) reads.push({ ...(await reader.read(image)), truth: answer })
  const right = reads.filter((read) => read.answer === read.truth)
  const sure = reads.filter((read) => read.confidence >= 0.9)
  t.ok(right.length >= 38, `${right.length} of 40 right`)
  t.ok(sure.length >= 34, `${sure.length} of 40 sure`)
  t.ok(sure.filter((read) => read.answer !== read.truth).length <= 1, 'of the sure ones at most one is wrong')
  for (const read of reads) {
    t.ok(read.confidence >= 0 && read.confidence <= 1)
    t.ok(read.ms > 0)
    t.equal(read.candidates[0]?.text, read.text)
  }
})

t.test('sums are answered with their value', async (t) => {
  const images = await draw({ noise: 0, sum: true }, 20, 502)
  let right = 0
  for (const { image, answer } of images) {
    const read = await reader.read(image, { kind: 'arithmetic' })
    t.equal(read.kind, 'arithmetic')
    if (read.answer === answer) right++
  }
  t.ok(right >= 19, `${right} of 20 right`)
})

t.test('a sum is told from a text without a hint', async (t) => {
  const sums = await draw({ noise: 0, sum: true }, 10, 503)
  const texts = await draw({ noise: 0 }, 10, 504)
  const kinds = async (images: typeof sums, kind: string): Promise<number> => {
    let count = 0
    for (const { image } of images) if ((await reader.read(image)).kind === kind) count++
    return count
  }
  t.ok((await kinds(sums, 'arithmetic')) >= 8)
  t.ok((await kinds(texts, 'text')) >= 9)
})

t.test('hints bind what is read', async (t) => {
  const [drawn] = await draw({ noise: 1 }, 1, 505)
  if (drawn === undefined) throw new Error('no image')
  // Where nothing that the hints allow is seen, nothing is read.
  t.match((await reader.read(drawn.image, { alphabet: '0123456789', length: 4 })).text, /^(\d{4})?$/)
  t.match((await reader.read(drawn.image, { alphabet: 'abcdefghijklmnopqrstuvwxyz', length: [2, 3] })).text, /^([a-z]{2,3})?$/)
  // Letters that look like digits are digits where only those may be.
  const digits = await Promise.all(
    [500, 501, 502, 503, 504].map((seed) =>
      reader.read(Buffer.from(svgOf(seeded(seed), '8O3l2', { noise: 1, size: 5 })), { alphabet: '0123456789', length: 5 }),
    ),
  )
  for (const { text } of digits) t.match(text, /^\d{5}$/)
  t.ok(digits.filter(({ text }) => text === '80312').length >= 4)
  t.equal((await reader.read(drawn.image, { length: 4, caseSensitive: false })).text.toLowerCase(), drawn.answer.toLowerCase())
})

t.test('an SVG is read without its noise', async (t) => {
  let right = 0
  for (const { svg, answer } of await draw({ noise: 5 }, 10, 506)) if ((await reader.read(Buffer.from(svg))).answer === answer) right++
  t.ok(right >= 9, `${right} of 10 right`)
})

t.test('an image with nothing on it gives no confidence', async (t) => {
  const empty = await sharp({ create: { width: 150, height: 50, channels: 3, background: '#abc' } })
    .png()
    .toBuffer()
  t.ok((await reader.read(empty)).confidence < 0.1)
})

t.test('what is no image, and an image bomb, are refused and leave the reader working', async (t) => {
  for (const image of [Buffer.from('no image'), pngHeader(50_000, 50_000)]) {
    const error = await reader.read(image).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    t.ok(isRelayError(error, 'captcha_unreadable'))
  }
  const [drawn] = await draw({ noise: 0 }, 1, 507)
  t.ok((await reader.read(drawn?.image ?? Buffer.alloc(0))).text.length > 0)
})

t.test('a read opens no connection and writes no file, and closing lets the process end', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'captcha-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const [drawn] = await draw({ noise: 2 }, 1, 508)
  await writeFile(join(folder, 'image.png'), drawn?.image ?? '')
  // Runs in every thread, the recognisers' too: whatever would reach out says so.
  await writeFile(
    join(folder, 'offline.mjs'),
    `import net from 'node:net'
import dns from 'node:dns'
const refuse = () => { process._rawDebug('NETWORK'); process.exit(9) }
net.Socket.prototype.connect = refuse
dns.lookup = refuse
globalThis.fetch = refuse`,
  )
  await writeFile(
    join(folder, 'read.mjs'),
    `import { readFileSync } from 'node:fs'
import { openReader } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../captcha/index.ts')).href)}
const reader = await openReader({ workers: 2 })
const image = readFileSync('image.png')
await Promise.all([reader.read(image), reader.read(image)])
await reader.close()
console.log('closed', process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|Timeout/.test(name)).join())`,
  )
  const before = await readdir(folder)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', './offline.mjs', 'read.mjs'], { cwd: folder })
  t.equal(stdout.trim(), 'closed')
  t.equal(stderr, '')
  t.same(await readdir(folder), before)
})
