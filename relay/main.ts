#!/usr/bin/env node
import { runCommandLine } from './commands/index.ts'

// `login-relay ... | head` ends the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine(process.argv)
