/** Seals passwords and keeps them in the folder it is given until it is killed: prints the number of each one that was acknowledged. */
import { writeSync } from 'node:fs'
import { createFileStore } from '../../relay/store/index.ts'
import { createVault, type Sealed } from '../../relay/vault/index.ts'

const [, , folder = '', first = ''] = process.argv
const store = createFileStore({ folder })
const vault = createVault({ store, masterKey: { source: 'file' }, folder, env: {} })
await store.start()
await vault.start()
const credentials = store.collection<Sealed>({ name: 'credentials' })

for (let number = Number(first); ; number += 1) {
  const sealed = await vault.sealCredential({ owner: 'ann', account: String(number), record: 'credential' }, { password: `password ${number}` })
  await credentials.put(String(number), sealed)
  writeSync(1, `${number}\n`)
}
