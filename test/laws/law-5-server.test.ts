/** Law 5: An acknowledged write survives kill -9: here of the server, while it answers requests that write. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { configSchema } from '../../config/index.ts'
import { createIdentity } from '../../relay/identity/index.ts'
import { createFileStore } from '../../relay/store/index.ts'
import { createMasterKey } from '../../relay/vault/index.ts'
import { tempFolder } from '../temp-folder.ts'

const runs = 50
const main = join(import.meta.dirname, '..', '..', 'relay', 'main.ts')
interface Server {
  readonly child: ChildProcess
  readonly portal: string
}

/** `serve` on the folder, with a cache of compiled code: of fifty starts that is half the time. */
async function serve(t: Test, folder: string, cache: string): Promise<Server> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache, LOGIN_RELAY_PORTAL_LISTEN: '127.0.0.1:0', LOGIN_RELAY_PROXY_LISTEN: '127.0.0.1:0' }
  const child = spawn(process.execPath, [main, 'serve', '--json', '--data', folder], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown]
  return { child, portal: (JSON.parse(String(line)) as { portal: string }).portal }
}

/** A data directory with a user, as `init` makes it. */
async function newRelay(t: Test): Promise<string> {
  const folder = await tempFolder(t)
  await createMasterKey(configSchema.parse({}).masterKey, folder)
  const store = createFileStore({ folder })
  const identity = createIdentity({ store })
  await store.start()
  await identity.start()
  await identity.addUser({ name: 'ann', password: 'a long enough password', role: 'admin' })
  await identity.stop()
  await store.stop()
  return folder
}

/** Enrols a device; its id once the server has said 201. Undefined: the server was killed meanwhile. */
async function addDevice(portal: string, token: string, name: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify({ name, user: 'ann' }) }
  const answer = await fetch(new URL('/api/v1/devices', portal), request).catch(() => undefined)
  if (answer === undefined) return undefined
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
  const body = (await answer.json().catch(() => undefined)) as { device: { id: string } } | undefined
  return body?.device.id
}

/** Several clients at once, each until the server is gone; gives the ids that were acknowledged, and tells of each. */
async function enrolUntilGone(portal: string, token: string, run: number, onAcknowledged: () => void): Promise<string[]> {
  const acknowledged: string[] = []
  const client = async (number: number) => {
    for (let i = 0; ; i += 1) {
      const id = await addDevice(portal, token, `device-${run}-${number}-${i}`)
      if (id === undefined) return
      acknowledged.push(id)
      onAcknowledged()
    }
  }
  await Promise.all([0, 1, 2].map(client))
  return acknowledged
}

/** What the store holds, read without the server. */
async function devicesIn(folder: string): Promise<Set<string>> {
  const store = createFileStore({ folder })
  await store.start()
  const identity = createIdentity({ store })
  await identity.start()
  const devices = await identity.listDevices()
  await identity.stop()
  await store.stop()
  return new Set(devices.map(({ id }) => id))
}

t.test(`law 5: kill -9 of the server during ${runs} writing runs loses nothing it has answered for`, async (t) => {
  const cache = await tempFolder(t)
  const first = await serve(t, await newRelay(t), cache)
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')

  let count = 0
  const lanes = 2
  const lane = async (lane: number) => {
    const folder = await newRelay(t)
    const wanted = new Set<string>()
    for (let run = lane; run < runs; run += lanes) {
      const { child, portal } = await serve(t, folder, cache)
      const token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim()
      const writing = Promise.withResolvers<void>()
      const enrolling = enrolUntilGone(portal, token, run, writing.resolve)
      // Killed while it writes, however slow the machine is: after the first answer, with others under way.
      await Promise.race([writing.promise, enrolling])
      await sleep(Math.random() * 80)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const acknowledged = await enrolling
      for (const id of acknowledged) wanted.add(id)
      const there = await devicesIn(folder)
      const lost = [...wanted].filter((id) => !there.has(id))
      t.strictSame(lost, [], `run ${run}: nothing is lost`)
      count += acknowledged.length
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  t.ok(count >= runs, `${count} writes were acknowledged, one or more in each run`)
})
