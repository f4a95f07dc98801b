/**
 * The command line: one file a verb. Nouns then verbs, `--json` on everything that prints, secrets from standard input,
 * a prompt or a file only. Exit 0: done, 1: failed, 2: wrong usage. Keeps law 1.
 *
 * Commands reach a running relay through its API; while none runs, they start one for themselves on the same data directory. The first words are
 * a table, `words.ts`; a verb's file is loaded when its word is said, the server and the configuration when they are used.
 */
export { runCommandLine } from './program.ts'
