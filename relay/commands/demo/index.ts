import type { Command } from 'commander'

/** `demo`: the whole main flow on a sample business server, with the steps printed as they happen. */
export function demoVerb(command: Command): void {
  command
    .description('Starts a sample business server and a relay on a temporary data directory, signs in and uses the session as a terminal would.')
    .option('--once', 'end when it is done, instead of staying up to be clicked around in')
    .action(async (options: { once?: boolean }) => {
      const { demo } = await import('./demo.ts')
      await demo({ once: options.once === true })
    })
}
