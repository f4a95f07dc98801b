import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import t from 'tap'

/** The requirements of levels 1 and 2 in the chapters named by issue: how many each section of ASVS 5.0.0 has, in order; its level 3 ones are left out. */
const sections: Readonly<Record<string, readonly number[]>> = {
  '6.1': [1, 2, 3],
  '6.2': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  '6.3': [1, 2, 3, 4],
  '6.4': [1, 2, 3, 4],
  '6.5': [1, 2, 3, 4, 5],
  '6.6': [1, 2, 3],
  '6.8': [1, 2, 3, 4],
  '7.1': [1, 2, 3],
  '7.2': [1, 2, 3, 4],
  '7.3': [1, 2],
  '7.4': [1, 2, 3, 4, 5],
  '7.5': [1, 2],
  '7.6': [1, 2],
  '8.1': [1, 2],
  '8.2': [1, 2, 3],
  '8.3': [1],
  '8.4': [1],
  '11.1': [1, 2],
  '11.2': [1, 2, 3],
  '11.3': [1, 2, 3],
  '11.4': [1, 2, 3, 4],
  '11.5': [1],
  '11.6': [1],
  '16.1': [1],
  '16.2': [1, 2, 3, 4, 5],
  '16.3': [1, 2, 3, 4],
  '16.4': [1, 2, 3],
  '16.5': [1, 2, 3],
}

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

t.test('every requirement of level 2 stands in the table once, with a test that exists or the reason why there is none', async (t) => {
  const rows = [...(await read('docs/asvs.md')).matchAll(/^\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \| (.+) \|$/gm)]
  const wanted = Object.entries(sections).flatMap(([section, numbers]) => numbers.map((number) => `${section}.${number}`))
  t.strictSame(
    rows.map(([, number]) => number),
    wanted,
  )
  for (const [, number = '', , here = '', proof = ''] of rows) {
    if (proof === 'none') t.match(here, /^does not apply: /, number)
    else t.ok(/^test\/[\w/.-]+\.test\.ts$/.test(proof) && existsSync(new URL(proof, root)), `${number}: ${proof}`)
  }
})

t.test('what the documents on security name is there: files, and sections of other documents', async (t) => {
  for (const path of ['docs/asvs.md', 'docs/cryptography.md']) {
    const text = await read(path)
    const files = text.match(/\b(?:relay|docs|test)\/[\w/-]+(?:\.test)?(?:\.ts|\.md)/g) ?? []
    t.ok(files.length > 5, path)
    for (const file of new Set(files)) t.ok(existsSync(new URL(file, root)), `${path} names ${file}`)
    for (const [, file = '', section = ''] of text.matchAll(/(docs\/[\w-]+\.md), \*([^*]+)\*/g))
      t.ok((await read(file)).includes(`## ${section}`), `${file}: ${section}`)
  }
})
