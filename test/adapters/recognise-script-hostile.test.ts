import t from 'tap'
import { processorTime } from '../processor-time.ts'
import { seen } from './seen-script.ts'

const salted = (address: string) => `function send(f) { fetch(${address}).then((r) => r.json()).then((d) => { f.pass.value = md5(d.salt + f.pass.value) }) }`

for (const address of [
  '"https://evil.example/s"',
  '"  https://evil.example/s"',
  '"//evil.example/s"',
  '"/\\\\evil.example/s"',
  '"/\\t/evil.example/s"',
  '"data:,{}"',
])
  t.test(`a salt of ${address} is not of the site, and the script is left to the person`, async (t) => {
    t.equal(await seen(t, salted(address)), undefined)
  })

for (const address of ['"/salt?user={username}"', '"/salt?{password}"', '"/{x"'])
  t.test(`the address ${address} would be filled in by the relay, and the script is left to the person`, async (t) => {
    t.equal(await seen(t, salted(address)), undefined)
  })

const many = (count: number, one: (index: number) => string) => Array.from({ length: count }, (_, index) => one(index)).join(',')

const long: readonly (readonly [what: string, script: string, text?: string])[] = [
  ['a call of many strings', `g(${many(15_000, (index) => `"s${10_000_000 + index}"`)}); function send(f) { md5("") }`],
  [
    'many strings that a later page may have otherwise',
    `var a = {${many(6000, (index) => `k${index}:"v${index}"`)}}; g(${many(6000, (index) => `a.k${index}`)}); function send(f) { md5("") }`,
    'a word '.repeat(100_000),
  ],
  ['many elements that are read', `function send(f) { md5(""); g(${many(6000, (index) => `$("#e${index}").text()`)}) }`],
  ['many labels', `${Array.from({ length: 1500 }, (_, index) => `a${index}:`).join('')}{${';'.repeat(30_000)}} function send(f) { md5("") }`],
  ['many cases', `switch (x) { ${Array.from({ length: 15_000 }, (_, index) => `case ${index}: throw 1`).join(';')} } function send(f) { md5("") }`],
  ['a long selector, used again and again', `var s = "${'x '.repeat(40_000)}"; md5(""); g(${many(6000, () => '$(s)')})`],
]

for (const [what, script, text = ''] of long)
  t.test(`${what} in a script takes no time to speak of`, async (t) => {
    const before = processorTime()
    await seen(t, script, {}, text)
    const used = processorTime() - before
    t.ok(used < 2000, `${Math.round(used)} ms of processor time`)
  })
