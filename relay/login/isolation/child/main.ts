/**
 * The program of an adapter's process: it runs one adapter and nothing else. What it may do at all, the system and Node decide
 * (permissions.ts); what is left of that is locked away before the adapter's code is read.
 */
import { Calls } from './calls.ts'
import { loadAdapter } from './load-adapter.ts'
import { Port } from './port.ts'

const port = new Port()
const calls = new Calls(port)

port.listen(async (message) => {
  switch (message.type) {
    case 'load':
      return calls.serve(await loadAdapter(message.source, port))
    case 'call':
      return calls.run(message)
    case 'reload':
      return calls.reload(message)
    case 'abort':
      return calls.abort(message.call)
    case 'answer':
      return port.settle(message)
    case 'ping':
      return port.send({ type: 'pong' })
  }
})
