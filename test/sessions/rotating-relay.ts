/**
 * A relay that rotates the password of the one account in the data directory it is given, and kills itself at the moment it is told.
 * Run by the tests of kill -9 in a process of its own. Prints `done` when nothing stopped it.
 */
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'

const [, , folder = '', moment = ''] = process.argv
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' } })
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'silent' }), listen: 'local' })
await relay.start()

/** Kills this process before a call of a room's method, or when what it did is durable. Calls beyond the first are named by their number. */
function watch<T extends object>(room: T, method: keyof T & string): void {
  const own = room[method] as (...given: unknown[]) => Promise<unknown>
  let calls = 0
  Object.assign(room, {
    async [method](...given: unknown[]) {
      const call = ++calls === 1 ? method : `${method} ${calls}`
      die(`before ${call}`)
      const result = await own.apply(room, given)
      die(`after ${call}`)
      return result
    },
  })
}

function die(at: string): void {
  if (at === moment) process.kill(process.pid, 'SIGKILL')
}

watch(relay.accounts, 'propose')
watch(relay.accounts, 'writeAhead')
watch(relay.accounts, 'notePending')
watch(relay.accounts, 'adopt')
watch(relay.accounts, 'dropPending')
watch(relay.login, 'changePassword')

const [account] = relay.accounts.listAccounts()
await relay.sessions.rotate(account?.id ?? '')
process.stdout.write('done\n')
await relay.stop()
