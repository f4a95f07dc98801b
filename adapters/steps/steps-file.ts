import { Document } from 'yaml'
import type { ImportedScript } from './import-script.ts'

/** A file of steps as a person would write it. */
export function stepsFile(name: string, description: string, { steps, notes }: ImportedScript): string {
  const document = new Document({ name, api: 1, description, steps })
  document.commentBefore = ` A sign-in by steps: see docs/adapters.md.${notes.map((note) => `\n Not taken over: ${note}.`).join('')}`
  return document.toString({ lineWidth: 0 })
}
