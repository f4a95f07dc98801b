import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readSteps } from '../../adapters/index.ts'

const head = 'name: acme\napi: 1\ndescription: ACME\n'
const read = (text: string) => readSteps('acme.steps.yaml', text)

t.test('a file of steps is read, with what its adapter says of itself', async (t) => {
  const path = join(t.testdir(), 'acme.steps.yaml')
  await writeFile(
    path,
    `${head}settings:
  company: The company
steps:
  - open: /logon
  - fill: id=user
    with: '{username}@{company}'
  - fill: name=pw
    with: '{password}'
  - click: css=button[type=submit]
  - expect: text=Sign out
signedOut: { redirectTo: [/logon] }
`,
  )
  const { definition, facts } = readSteps(path)
  t.match(facts, { name: 'acme', description: 'ACME', signedOut: { redirectTo: ['/logon'] }, hooks: ['signIn', 'isSignedIn', 'signOut'] })
  t.match(facts.settings, { properties: { company: { type: 'string', description: 'The company' } }, required: ['company'], additionalProperties: false })
  t.match(definition.steps.at(-1), { expect: { 'signed-in': 'text=Sign out' } }, 'the short form is written out')
})

const wrong: readonly (readonly [text: string, problem: RegExp])[] = [
  [`${head}steps:\n  - open: /\n  - fil: id=user\n    with: x\n`, /acme\.steps\.yaml:6 .*fil: is not a known key; the nearest is `fill`/],
  [
    `${head}steps:\n  - open: /\n  - fill: xpth=//a\n    with: x\n`,
    /acme\.steps\.yaml:6 .*a target begins with css=, id=, name=, xpath=, text=; the nearest is `xpath=`/,
  ],
  [`${head}steps:\n  - fill: id=user\n    with: '{usrname}'\n`, /acme\.steps\.yaml:6 .*\{usrname\} is not known; the nearest is \{username\}/],
  [`${head}steps:\n  - fill: id=user\n    with: 'x{password}'\n`, /acme\.steps\.yaml:6 .*stands alone/],
  [`${head}steps:\n  - fill: id=user\n`, /acme\.steps\.yaml:5 .*what goes into the field is not said/],
  [
    `${head}steps:\n  - click: id=a\n  - open: /\n    click: id=b\n`,
    /acme\.steps\.yaml:6 .*a step is one of open, fill, click, code, wait, expect, not open and click at once/,
  ],
  [`${head}steps:\n  - expect: { signed-inn: text=x }\n`, /acme\.steps\.yaml:5 .*signed-inn: is not a known key; the nearest is `signed-in`/],
  [`${head}steps:\n  - expect: cokie=sid\n`, /acme\.steps\.yaml:5 .*the nearest is `cookie=`/],
  [`${head}stepps:\n  - open: /\n`, /acme\.steps\.yaml:\d .*steps: /],
  [`${head}signOutt: /x\nsteps:\n  - open: /\n`, /acme\.steps\.yaml:4 .*signOutt: is not a known key; the nearest is `signOut`/],
  [`name: Acme\napi: 1\ndescription: x\nsteps: [{ open: / }]\n`, /acme\.steps\.yaml:1 .*name: must be lower-case/],
  [`name: acme\napi: 2\ndescription: x\nsteps: [{ open: / }]\n`, /acme\.steps\.yaml:2 .*it needs version 2 of the adapter API, and this relay knows 1/],
  [`${head}steps: []\n`, /acme\.steps\.yaml:4 /],
  [`${head}steps:\n  - open: [\n`, /acme\.steps\.yaml/],
]

t.test('what is wrong is named with file, line and the nearest known word', async (t) => {
  for (const [text, problem] of wrong) t.throws(() => read(text), { code: 'adapter_unfit', message: problem }, text)
})

t.test('a file that is not there is told of', async (t) => {
  t.throws(() => readSteps('/nonesuch/acme.steps.yaml'), { code: 'adapter_unfit', message: /nonesuch/ })
})
