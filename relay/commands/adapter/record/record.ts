import { readSteps } from '../../../../adapters/index.ts'
import { RelayError } from '../../../errors.ts'
import { findChromium } from '../../../login/index.ts'
import { printJson, printLine, printNote } from '../../verb/output.ts'
import { readNamedFile } from '../../verb/read-named-file.ts'
import { checkName, type NewFilesOptions, writeNew } from '../write-files.ts'
import { draftSteps } from './draft-steps.ts'
import { gesturesOf } from './gestures-of.ts'
import { byOwnBrowser, byWindow, type Person } from './person.ts'
import { startRecordingRelay } from './recording-relay.ts'
import { redactRecording, typedIn } from './redact-recording.ts'

interface RecordOptions extends NewFilesOptions {
  readonly name: string
  readonly chromium?: string
  /** False: the person brings a browser. */
  readonly browser?: boolean
  readonly origin?: readonly string[]
  readonly caFile?: string
}

/** `adapter record URL`: a person signs in once, in a window with an empty profile that is gone afterwards or in a browser of his own. */
export async function recordAdapter(url: string, options: RecordOptions): Promise<void> {
  checkName(options.name, 'adapter record')
  if (URL.parse(url) === null || !/^https?:$/.test(new URL(url).protocol)) throw usage(`${url} is no address.`)
  for (const origin of options.origin ?? []) if (URL.parse(origin)?.origin !== origin) throw usage(`${origin} is no origin: it is like https://id.example.`)
  const files = await recordSignIn(url, options, options.browser === false ? byOwnBrowser : byWindow(chromiumOf(options)))
  if (options.json === true) return printJson({ files })
  for (const file of files) printLine(`Wrote ${file}`)
  printNote(`Next: read ${files[0]}, then login-relay adapter test ${files[0]}`)
}

/** Records what `person` does through the proxy of a relay for this one recording, and writes the draft and the recorded site. */
export async function recordSignIn(url: string, { name, folder, origin = [], caFile }: RecordOptions, person: Person): Promise<string[]> {
  const ca = caFile === undefined ? {} : { ca: await readNamedFile(caFile, 'adapter record') }
  const relay = await startRecordingRelay({ url: new URL(url), origins: origin, ...ca })
  try {
    const seen = await person(url, relay)
    const exchanges = await relay.exchanges()
    const gestures = seen ?? gesturesOf(exchanges)
    const typed = typedIn(gestures)
    const others = relay.otherHosts()
    if (others.length > 0) printNote(`Not recorded, for they are no origins of the site: ${others.join(', ')}. If signing in takes one of them: --origin.`)
    if (typed.password === '') throw usage('No password was typed, so there is nothing to record.')
    const fixture = redactRecording(url, exchanges, typed)
    const steps = draftSteps(name, gestures, typed, fixture)
    readSteps(`${name}.steps.yaml`, steps)
    return await writeNew(
      folder ?? '.',
      { [`${name}.steps.yaml`]: steps, [`${name}.fixture.json`]: `${JSON.stringify(fixture, undefined, 2)}\n` },
      'adapter record',
    )
  } finally {
    await relay.stop()
  }
}

function chromiumOf({ chromium = process.env.CHROMIUM }: RecordOptions): string {
  const found = findChromium(chromium)
  if (found !== undefined) return found
  throw usage('Recording needs a Chromium: install one, name it with --chromium, or bring your own browser with --no-browser.')
}

function usage(problem: string): RelayError {
  return new RelayError('usage', { params: { problem, verb: 'adapter record' } })
}
