import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test('who listens where a killed relay listened gets no admin token, though its process id is in use again', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
  const asked: unknown[] = []
  const stranger = createServer((request, response) => {
    asked.push(request.headers)
    response.end('[]')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => stranger.once('listening', resolve))
  t.teardown(() => stranger.close())
  const portal = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  await writeFile(join(folder, 'data', 'running.json'), JSON.stringify({ pid: process.pid, portal, proxy: '127.0.0.1:1' }))

  t.match(await cli.run(['user', 'list']), { status: 0, stdout: /ann/ }, 'it works by itself')
  t.match(await cli.run(['top']), { status: 1, stderr: /No relay runs/ })
  t.strictSame(asked, [])
  await cli.serve()
  t.match(await cli.run(['top']), { status: 0 }, 'one that runs is found')
})
