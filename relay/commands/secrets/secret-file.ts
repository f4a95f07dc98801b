import { open } from 'node:fs/promises'

/** Writes what lets its reader in, mode 0600: where others may read the file that stands there, that ends before anything is in it. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    // A device, such as /dev/stdout, is not this program's to close to others.
    if ((await file.stat()).isFile()) await file.chmod(0o600)
    await file.writeFile(text)
  } finally {
    await file.close()
  }
}
