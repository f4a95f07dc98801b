import t from 'tap'
import { perform } from '../../../relay/commands/ca/step.ts'
import { RelayError } from '../../../relay/errors.ts'

async function failure(words: readonly string[]): Promise<RelayError> {
  const error: unknown = await perform({ do: 'run', words }).catch((thrown: unknown) => thrown)
  if (!(error instanceof RelayError)) throw new Error('it did not fail')
  return error
}

t.test('where a program is missing, the advice names what brings it, and speaks of no administrator', async (t) => {
  const before = process.env.PATH
  t.teardown(() => {
    process.env.PATH = before
  })
  process.env.PATH = '/nowhere'
  const certutil = await failure(['certutil', '-A'])
  t.match(certutil.message, /`certutil -A`: certutil is not here\./)
  t.match(certutil.next, /^Install it \(Debian: apt-get install libnss3-tools; .*\); then do this again\./)
  t.notMatch(certutil.next, 'sudo')
  t.match((await failure(['keytool'])).next, /^Install it: it comes with Java; then/)
})

t.test('where one is there and refuses, an administrator may be what it takes', async (t) => {
  t.match((await failure([process.execPath, '-e', 'process.exit(1)'])).next, /run it with sudo/)
})
