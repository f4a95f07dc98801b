import t, { type Test } from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'
import { noTerminal, onTerminal } from '../on-terminal.ts'

function initOnTerminal(t: Test, folder: string, answers: readonly string[]): Promise<{ status: number; shown: string }> {
  return onTerminal(t, folder, { words: 'init --user ann --data ./data', asks: /(?:at this relay|The same again): /, answers })
}

t.test('a new password typed on a terminal is asked for twice, and never shown', { skip: noTerminal }, async (t) => {
  const folder = await tempFolder(t)
  const differing = await initOnTerminal(t, folder, ['correct horse battery', 'correct horse batery'])
  t.match(differing, { status: 2, shown: /not the same/ })
  const same = await initOnTerminal(t, folder, ['correct horse battery', 'correct horse battery'])
  t.match(same, { status: 0, shown: /First user {6}ann/ }, 'the first try left nothing behind')
  t.notMatch(differing.shown + same.shown, 'correct horse')
  t.match(await commandLine(t, folder).run(['user', 'list', '--data', './data']), { status: 0, stdout: /ann +admin/ })
})
