import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Drawn {
  readonly answer: string
  readonly bytes: Buffer
}

/** Writes one kind's images and what is drawn on each. */
export async function writeSet(folder: string, name: string, count: number, draw: () => Promise<Drawn> | Drawn, extension = 'png'): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  const labels: string[] = []
  for (let number = 0; number < count; number++) {
    const { answer, bytes } = await draw()
    await writeFile(join(folder, name, `${number}.${extension}`), bytes)
    labels.push(`${number}.${extension}\t${answer}\n`)
  }
  await writeFile(join(folder, name, 'labels.tsv'), labels.join(''))
}
