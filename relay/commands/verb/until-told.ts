/** Resolves at SIGINT or SIGTERM; a second signal ends the process as it would have. */
export function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
