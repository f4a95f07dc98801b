export { openSecret } from './secret.ts'
