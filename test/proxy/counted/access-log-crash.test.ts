import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'

const program = fileURLToPath(new URL('crash-after-requests.ts', import.meta.url))

for (const way of ['throw', 'exit'])
  t.test(`the access log has the last requests of a relay that ends by ${way}`, async (t) => {
    const folder = await tempFolder(t)
    const child = spawn(process.execPath, [program, folder, way], { stdio: ['ignore', 'ignore', 'pipe'] })
    t.teardown(() => child.kill('SIGKILL'))
    child.stderr.resume()
    const [code] = await once(child, 'close')
    t.not(code, 0)
    const lines = (await readFile(`${folder}/access.log`, 'utf8')).split('\n').filter((line) => line !== '')
    t.equal(lines.length, 3)
    t.same(
      lines.slice(1).map((line) => JSON.parse(line).path),
      ['/one', '/last'],
    )
  })
