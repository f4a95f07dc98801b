import { type Command, Help } from 'commander'
import t from 'tap'
import { createProgram, fillIn } from '../../relay/commands/program.ts'

/** Each verb with the words that lead to it. */
function verbsBelow(command: Command, words = command.name()): (readonly [string, Command])[] {
  return [[words, command], ...command.commands.flatMap((child) => verbsBelow(child, `${words} ${child.name()}`))]
}

function times(text: string, word: RegExp): number {
  return text.match(word)?.length ?? 0
}

t.test('the help of an option says its default, its choices and that it is required once each, and ends without a full stop', async (t) => {
  let seen = 0
  const program = createProgram()
  for (const command of program.commands) await fillIn(command)
  for (const [words, command] of verbsBelow(program)) {
    const help = command.createHelp()
    for (const option of help.visibleOptions(command)) {
      seen++
      const told = help.optionDescription(option)
      const where = `${words} ${option.flags}: ${told}`
      t.ok(told.length > 0, `${where} says something`)
      t.ok(times(told, /\bdefault/gi) <= 1, where)
      t.ok(times(told, /\brequired\b/gi) <= 1, where)
      t.notOk(
        option.argChoices?.every((choice) => new RegExp(`\\b${choice}\\b`).test(option.description)),
        `${where} lists its choices twice`,
      )
      t.notMatch(told.replace(/ \([^()]*\)$/, ''), /\.$/, where)
    }
  }
  t.ok(seen > 300, `${seen} options`)
})

t.test('the help of the whole says of each first word what it takes once it is loaded', async (t) => {
  const program = createProgram()
  const help = program.createHelp()
  for (const command of program.commands) {
    const told = help.subcommandTerm(command)
    await fillIn(command)
    t.equal(told, Help.prototype.subcommandTerm(command))
  }
})
