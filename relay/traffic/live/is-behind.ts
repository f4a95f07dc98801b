import type { ClientConnection } from './client-connection.ts'

/**
 * Is what takes a connection over, a WebSocket or a tunnel, asked for behind a message that was refused or that has no answer yet? Whose
 * bytes come next could not be told, and Node throws where a connection is given a second answer. No client does that: what is under way
 * is given up, and the caller ends the connection.
 */
export function isBehind(connection: ClientConnection): boolean {
  const { current, refused } = connection
  // An answer lets go of its connection when it was sent to the end.
  if (!refused && (current === undefined || (current.writableFinished && current.socket === null))) return false
  connection.refused = true
  connection.relayed?.cut('ended')
  return true
}
