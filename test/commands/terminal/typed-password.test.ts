import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

const main = join(import.meta.dirname, '..', '..', '..', 'relay', 'main.ts')
// The program of util-linux that gives a command a terminal; elsewhere it takes other words.
const skip = process.platform !== 'linux' && 'it takes `script` of util-linux'

/** `init` on a terminal: each answer is typed when it is asked for. Gives what the terminal showed. */
async function initOnTerminal(t: Test, folder: string, answers: readonly string[]): Promise<{ status: number; shown: string }> {
  const command = `exec '${process.execPath}' '${main}' init --user ann --data ./data`
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder }, stdio: 'pipe' })
  t.teardown(() => terminal.kill('SIGKILL'))
  const waiting = [...answers]
  let [shown, read] = ['', 0]
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const asked = /(?:at this relay|The same again): /.exec(shown.slice(read))
    if (asked === null) return
    read += asked.index + asked[0].length
    terminal.stdin.write(`${waiting.shift()}\r`)
  })
  const [status] = await once(terminal, 'close')
  return { status, shown }
}

t.test('a new password typed on a terminal is asked for twice, and never shown', { skip }, async (t) => {
  const folder = await tempFolder(t)
  const differing = await initOnTerminal(t, folder, ['correct horse battery', 'correct horse batery'])
  t.match(differing, { status: 2, shown: /not the same/ })
  const same = await initOnTerminal(t, folder, ['correct horse battery', 'correct horse battery'])
  t.match(same, { status: 0, shown: /First user {6}ann/ }, 'the first try left nothing behind')
  t.notMatch(differing.shown + same.shown, 'correct horse')
  t.match(await commandLine(t, folder).run(['user', 'list', '--data', './data']), { status: 0, stdout: /ann +admin/ })
})
