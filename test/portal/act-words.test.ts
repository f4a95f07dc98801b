import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { actWords } from '../../relay/portal/pages/administration/act-words.ts'

const relay = join(import.meta.dirname, '../../relay')

/** Every act that a source names where it records something. */
async function recordedActs(): Promise<Set<string>> {
  const acts = new Set<string>()
  for (const name of await readdir(relay, { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const source = await readFile(join(relay, name), 'utf8')
    for (const [line] of source.matchAll(/\bact: [^\n]*/g)) {
      for (const [, act = ''] of line.matchAll(/'([a-z]+\.[a-z.-]+|access)'/g)) acts.add(act)
    }
  }
  return acts
}

t.test('every act that is recorded anywhere has words that a person reads, and no other has', async (t) => {
  const acts = await recordedActs()
  t.ok(acts.size > 40, `${acts.size} acts`)
  t.same(Object.keys(actWords).sort(), [...acts].sort())
})

t.test('and stands in the document on the audit', async (t) => {
  const text = await readFile(join(relay, '../docs/audit.md'), 'utf8')
  for (const act of Object.keys(actWords)) t.ok(text.includes(`\`${act}\``), act)
})
