import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { tempFolder } from '../temp-folder.ts'

const program = fileURLToPath(new URL('end-access-log.ts', import.meta.url))

async function endLog(t: Test, access: 'stderr' | 'file'): Promise<{ code: number; folder: string; errors: string }> {
  const folder = await tempFolder(t)
  const child = spawn(process.execPath, [program, folder, access], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>])
  return { code, folder, errors }
}

function pathsIn(lines: string): string[] {
  return lines.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).path as string] : []))
}

t.test('on standard error the access log tells of requests that end after it was closed', async (t) => {
  const { code, errors } = await endLog(t, 'stderr')
  t.equal(code, 0)
  t.strictSame(pathsIn(errors), ['/before', '/after'])
})

t.test('a file of the access log that was closed takes no more, and nothing fails of it', async (t) => {
  const { code, folder, errors } = await endLog(t, 'file')
  t.equal(code, 0, errors)
  t.strictSame(pathsIn(await readFile(`${folder}/access.log`, 'utf8')), ['/before'])
})
