import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { CaptchaReader, ReadHints } from '../../captcha/index.ts'
import { type Scored, scoreFolder, scoreOf } from '../../captcha/score.ts'
import { tempFolder } from '../temp-folder.ts'

const read = (right: boolean, confidence: number, ms = 10): Scored => ({ right, alike: right, confidence, ms })

t.test('the surest of four, the sure ones and their share, and the gap between said and true', async (t) => {
  const score = scoreOf([
    read(true, 0.95),
    read(false, 0.2),
    read(false, 0.3),
    read(false, 0.1),
    read(false, 0.92),
    read(true, 0.5),
    read(true, 0.4, 40),
    read(true, 0.3),
  ])
  t.equal(score.images, 8)
  t.equal(score.right, 0.5)
  t.equal(score.bestOfFour, 0.5)
  t.equal(score.sure, 0.25)
  t.equal(score.sureRight, 0.5)
  t.ok(score.calibrationError > 0.3 && score.calibrationError < 0.6)
  t.equal(score.ms, 10)
})

t.test('reads that are right as often as said leave no gap', async (t) => {
  t.equal(scoreOf([read(true, 0.5), read(false, 0.5)]).calibrationError, 0)
})

t.test('a folder’s images are read by its labels and with the hints given', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'score-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const name of ['a.png', 'b.png', 'c.png']) await writeFile(join(folder, name), name)
  await writeFile(join(folder, 'labels.tsv'), 'a.png\ta.png\nb.png\tB.PNG\nc.png\tother\n')
  const given: (ReadHints | undefined)[] = []
  const echo: CaptchaReader = {
    async read(image, hints) {
      given.push(hints)
      const text = image.toString()
      return { text, answer: text, confidence: 0.5, kind: 'text', candidates: [], ms: 1 }
    },
    async close() {},
  }
  const scored = await scoreFolder(echo, folder, { length: 5 })
  t.same(
    scored.map(({ right, alike }) => [right, alike]),
    [
      [true, true],
      [false, true],
      [false, false],
    ],
  )
  t.same(given, [{ length: 5 }, { length: 5 }, { length: 5 }])
})

/** The command as a person runs it. */
function run(...words: readonly string[]): Promise<{ readonly code: unknown; readonly out: string; readonly told: string }> {
  const program = join(import.meta.dirname, '../../captcha/score.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], (error, out, told) => resolve({ code: error?.code ?? 0, out, told }))
  })
}

t.test('the command says what it takes, and what is wrong with what it was given', async (t) => {
  const [folder, labels, empty] = [await tempFolder(t), await tempFolder(t), await tempFolder(t)]
  await writeFile(join(labels, 'labels.tsv'), 'gone.png\tabcd\n')
  await writeFile(join(empty, 'labels.tsv'), '\n')
  const help = await run('--help')
  t.equal(help.code, 0)
  t.match(help.out, /--length N-M.*TAB, answer/s)
  const cases: readonly (readonly [words: readonly string[], told: RegExp])[] = [
    [[folder], /neither .* nor a folder in it holds labels\.tsv/],
    [[join(folder, 'nowhere')], /is no folder that can be read/],
    [[labels], /labels\.tsv names gone\.png, which cannot be read/],
    [[empty], /labels\.tsv names no image/],
    [[labels, '--model', folder], /it holds no model.*docs\/captcha\.md/s],
    [[labels, '--kind', 'sums'], /--kind is text, arithmetic, chinese, auto, not sums/],
    [[labels, '--length', 'four'], /--length is a number, as 4, or two, as 4-6, not four/],
    [[labels, '--lenght', '4'], /Unknown option '--lenght'/],
  ]
  for (const [words, expected] of cases) {
    const { code, told } = await run(...words)
    t.equal(code, 2)
    t.match(told, expected)
    t.notMatch(told, /\n {4}at /, 'no trace of the program')
  }
})
