/** `node config/write-reference.ts`: writes docs/configuration.md and config/relay.example.yaml anew after a change of the schema. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationReference, exampleFile } from './reference.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'docs', 'configuration.md'), configurationReference())
writeFileSync(join(root, 'config', 'relay.example.yaml'), exampleFile())
