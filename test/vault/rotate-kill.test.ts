import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Sealed } from '../../relay/vault/index.ts'
import { watchSyncs } from '../store/watch-syncs.ts'
import { tempFolder } from '../temp-folder.ts'
import { ann, bob, newVault, openVault } from './open-vault.ts'

const plaintext = Buffer.from('plain')

async function opensWhole(t: Test, folder: string, sealed: readonly [Sealed, Sealed], when: string): Promise<void> {
  const { vault, stop } = await openVault(t, { folder })
  t.strictSame([await vault.open(ann, sealed[0]), await vault.open(bob, sealed[1])], [plaintext, plaintext], when)
  await stop()
  t.match(await readFile(join(folder, 'master.key'), 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/, `${when}: one key is left`)
}

t.test('killed at any step of a rotation, the vault opens whole, and the next start finishes (law 5)', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = [await vault.seal(ann, plaintext), await vault.seal(bob, plaintext)] as const
  const snapshots = await tempFolder(t)
  const steps: string[] = []
  // What lies in the folder before each fsync is what a kill leaves there.
  await watchSyncs(t, folder, (kind) => {
    const step = join(snapshots, String(steps.length))
    cpSync(folder, step, { recursive: true })
    steps.push(kind)
  })
  await vault.rotateKey()
  t.strictSame(steps, Array(4).fill(['file', 'folder']).flat(), 'key file, data keys, key check, key file')
  await stop()
  for (const [i] of steps.entries()) await opensWhole(t, join(snapshots, String(i)), sealed, `step ${i}`)
  await opensWhole(t, folder, sealed, 'when done')
})

t.test('kill -9 at any moment of a process that rotates without end leaves a vault that opens (law 5)', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = [await vault.seal(ann, plaintext), await vault.seal(bob, plaintext)] as const
  await stop()
  const door = (room: string) => JSON.stringify(new URL(`../../relay/${room}/index.ts`, import.meta.url).href)
  const program = `
    const { createFileStore } = await import(${door('store')})
    const { createVault } = await import(${door('vault')})
    const folder = ${JSON.stringify(folder)}
    const store = createFileStore({ folder })
    const vault = createVault({ store, masterKey: { source: 'file' }, folder, env: {} })
    await store.start()
    await vault.start()
    console.log('ready')
    for (;;) await vault.rotateKey()`
  for (let run = 0; run < 15; run += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => child.kill('SIGKILL'))
    const closed = once(child, 'close')
    await Promise.race([once(child.stdout, 'data'), closed])
    await sleep(Math.random() * 40)
    t.ok(child.kill('SIGKILL'), 'it was still rotating')
    await closed
    await opensWhole(t, folder, sealed, `run ${run}`)
  }
})
