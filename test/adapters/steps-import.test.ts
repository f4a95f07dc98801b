import t from 'tap'
import { importScript, readSteps, stepsFile } from '../../adapters/index.ts'

const script = [
  { step: 3, command: 'type', target: 'CSS_SELECTOR=#pw', value: '{SECRET}' },
  { step: 1, command: 'select_frame', target: 'index=0', value: '' },
  { step: 2, command: 'type', target: 'id=user', value: 'acme\\{USERNAME}' },
  { step: 4, command: 'code', target: 'otp', value: '' },
  { step: 5, command: 'sleep', target: '2', value: '' },
  { step: 6, command: 'click', target: 'XPATH=//form/button', value: '' },
  { step: 7, command: 'open', target: '', value: 'https://erp.example/' },
  { step: 8, command: 'select_frame', target: 'index=-1', value: '' },
  { step: 9, command: 'hover', target: 'id=x', value: '' },
]

t.test('a script of JumpServer becomes steps, in their order, and what has no counterpart is told', async (t) => {
  const imported = importScript('script.json', script)
  t.same(imported.steps, [
    { open: 'xpath=(//iframe | //frame)[1]' },
    { fill: 'id=user', with: 'acme\\{username}' },
    { fill: 'css=#pw', with: '{password}' },
    { code: 'name=otp', from: 'person' },
    { wait: 2 },
    { click: 'xpath=//form/button' },
  ])
  t.match(imported.notes, [/^step 7: open has no target/, /^step 8: the page around a frame/, /^step 9: hover is no command/])
  const text = stepsFile('erp', 'Imported', imported)
  t.match(text, /^# A sign-in by steps[\s\S]*# Not taken over: step 9: hover/)
  t.same(readSteps('erp.steps.yaml', text).definition.steps, imported.steps, 'and the file of it can be read')
})

t.test('three selectors are a script, wherever they stand', async (t) => {
  const spec = { autofill: 'basic', username_selector: 'name=username', password_selector: 'class_name=secret', submit_selector: 'id=go', script: [] }
  const wanted = [{ fill: 'name=username', with: '{username}' }, { fill: 'css=.secret', with: '{password}' }, { click: 'id=go' }]
  for (const given of [spec, { specific: spec }, { asset: { name: 'x', spec_info: spec } }]) t.same(importScript('asset.json', given).steps, wanted)
})

t.test('frames are named by id or name', async (t) => {
  const { steps } = importScript('x', [{ step: 1, command: 'select_frame', target: 'id=login' }])
  t.match(steps, [{ open: /^css=iframe\[id="login"\], iframe\[name="login"\]/ }])
})

t.test('what is no script is refused', async (t) => {
  for (const given of [7, null, 'x', {}, { asset: {} }, [{ command: 7 }]])
    t.throws(() => importScript('x.json', given), { code: 'adapter_unfit', message: /x\.json/ })
})
