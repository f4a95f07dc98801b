import { open } from 'node:fs/promises'

/** Makes the names in a folder durable: what was made or renamed there is in the folder itself, and a power cut may bring the old one back. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some systems refuse to sync a folder (Windows); there a name is as durable as it gets.
    if (!['EPERM', 'EINVAL', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await handle.close()
  }
}
