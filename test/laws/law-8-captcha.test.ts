import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '../..')
/** Who may read a captcha: the room that signs in, and the place that wires the rooms. */
const readers = [/^relay\/login\//, /^relay\/app\.ts$/, /^captcha\//]

/** Every module a source names, in whatever form: import, export from, dynamic import, require, a path to resolve. */
const namesCaptchaRoom = (source: string): boolean => /['"`](?:\.{1,2}\/)+(?:[\w-]+\/)*captcha\/(?:[\w-]+\/)*[\w-]*(?:\.[tj]s)?['"`]/.test(source)

const sources = async (): Promise<string[]> => {
  const found = await Promise.all(
    ['relay', 'adapters', 'config', 'captcha'].map(async (room) =>
      (await readdir(join(root, room), { recursive: true })).filter((file) => file.endsWith('.ts')).map((file) => join(room, file)),
    ),
  )
  return found.flat()
}

t.test('law 8: only a sign-in reads captchas; no page, API path, proxy or command reaches the reader', async (t) => {
  for (const file of await sources()) {
    if (readers.some((reader) => reader.test(file))) continue
    t.notOk(namesCaptchaRoom(await readFile(join(root, file), 'utf8')), `${file} stays clear of the captcha room`)
  }
})

t.test('law 8: no room above is handed the recogniser’s library either', async (t) => {
  for (const file of await sources()) {
    if (file.startsWith('captcha/')) continue
    t.notMatch(await readFile(join(root, file), 'utf8'), /['"`]tesseract\.js/, file)
  }
})

t.test('the check knows an import when it sees one', async (t) => {
  for (const source of [
    "import { openReader } from '../../captcha/index.ts'",
    "export * from '../captcha/index.ts'",
    'const { openReader } = await import("../../captcha/index.ts")',
    "require('../../captcha/index.js')",
  ]) {
    t.ok(namesCaptchaRoom(source), source)
  }
  t.notOk(namesCaptchaRoom("import { ask } from './captcha.ts'"))
  t.ok((await sources()).length > 20)
})
