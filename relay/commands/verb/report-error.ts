import { asRelayError } from '../../errors.ts'

/** Tells what happened and what to do next on standard error; gives the exit status. */
export function reportError(thrown: unknown, json: boolean): number {
  const error = asRelayError(thrown)
  if (json) process.stderr.write(`${JSON.stringify(error.toProblem())}\n`)
  else process.stderr.write(`${error.message}\n${error.next}\n${error.url === undefined ? '' : `${error.url}\n`}`)
  if (error.code === 'internal' && error.cause instanceof Error) process.stderr.write(`${error.cause.stack}\n`)
  return error.exit
}
