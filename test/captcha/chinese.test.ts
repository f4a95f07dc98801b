import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openReader } from '../../captcha/index.ts'

// Drawn by EasyCaptcha's ChineseCaptcha and ChineseGifCaptcha with WenQuanYi Micro Hei and AR PL UKai.
const folder = join(import.meta.dirname, 'easy-captcha')
const images = (await readFile(join(folder, 'labels.tsv'), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => line.split('\t') as [file: string, answer: string])

const reader = await openReader({ workers: 1 })
t.teardown(() => reader.close())

t.test('four Chinese characters are read, from still and from animated images', async (t) => {
  let right = 0
  for (const [file, answer] of images) {
    const read = await reader.read(await readFile(join(folder, file)), { kind: 'chinese', length: 4 })
    t.equal(read.kind, 'chinese')
    if (read.answer === answer) right++
  }
  t.ok(right >= 7, `${right} of ${images.length} right`)
})

t.test('Chinese characters are told from letters without a hint', async (t) => {
  let told = 0
  for (const [file] of images.slice(0, 4)) if ((await reader.read(await readFile(join(folder, file)))).kind === 'chinese') told++
  t.ok(told >= 3, `${told} of 4 told`)
})
