/** `node test/docs/write-error-reference.ts`: writes docs/errors.md anew after a change of relay/error-catalogue.ts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorReference } from './error-reference.ts'

writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), errorReference())
