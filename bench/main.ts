/** `npm run bench`: every benchmark of the project, side by side in one run. `npm run bench -- captcha` runs one. */
import { run as captcha } from './captcha.ts'
import { run as captchaMemory } from './captcha-memory.ts'
import { run as fuzz } from './fuzz/run.ts'
import { run as proxy } from './proxy/run.ts'
import { run as scale } from './scale/run.ts'
import { run as signIn } from './sign-in.ts'

const benches: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  'sign-in': () => signIn(),
  proxy: () => proxy(),
  scale: () => scale(),
  fuzz: () => fuzz(),
  captcha: () => captcha(),
  'captcha-memory': () => captchaMemory(),
}

const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n${name}`)
  for (const line of await run()) console.log(`  ${line}`)
}
