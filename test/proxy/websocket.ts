/** What a client says to ask for a WebSocket: the fields of its head. */
export const asking = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: key==\r\nSec-WebSocket-Version: 13\r\n'

/** What a site answers that takes it: its head, to which fields may be added before the empty line. */
export const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc=\r\n'
