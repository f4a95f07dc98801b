import type { ClientAnswer } from './client-message.ts'

/**
 * Tells a client that waits for it (`Expect: 100-continue`) to send its body. Behind an earlier answer on the connection not before that
 * has been sent: Node would put it after the head of the next one, where the client would read it as content.
 */
export function giveContinue(res: ClientAnswer): void {
  if (res.socket !== null) return void res.writeContinue()
  res.on('socket', () => {
    if (!res.headersSent) res.writeContinue()
  })
}
