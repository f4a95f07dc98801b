import t from 'tap'
import { createFileStore } from '../../relay/store/index.ts'
import { storeConformance } from '../conformance/store.ts'
import { tempFolder } from '../temp-folder.ts'

storeConformance(t, async (t) => {
  const folder = await tempFolder(t)
  return { open: () => createFileStore({ folder }) }
})
