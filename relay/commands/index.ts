/**
 * The command line: one file a verb. Nouns then verbs, `--json` on everything that prints, secrets from standard input,
 * a prompt or a file only. Exit 0: done, 1: failed, 2: wrong usage. Keeps law 1.
 *
 * Commands reach a running relay through its API; while none runs, they start one for themselves on the same data directory.
 */
export { runCommandLine } from './program.ts'
