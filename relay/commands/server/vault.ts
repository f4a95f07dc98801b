import type { Command } from 'commander'
import { printJson, printLine } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

/** `vault rotate-key`: a new master key, while the relay runs. */
export function vaultVerbs(vault: Command): void {
  verb(vault, 'rotate-key', 'make a new master key and wrap every data key anew').action(rotateKey)
}

async function rotateKey(options: CommonOptions): Promise<void> {
  const { keyId, rewrapped } = await withRelay(options, (relay) => relay.call<{ keyId: string; rewrapped: number }>('POST', '/api/v1/vault/rotate-key', {}))
  if (options.json === true) printJson({ keyId, rewrapped })
  else
    printLine(
      `The master key is now ${keyId}; ${rewrapped} data keys were wrapped anew. Copies of the old key open nothing new: back up the data directory again.`,
    )
}
