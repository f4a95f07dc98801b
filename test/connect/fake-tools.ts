import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { tempFolder } from '../temp-folder.ts'

export interface FakeTools {
  /** With the tools in front. */
  readonly path: string
  /** Where they keep what they are told, a file a value. */
  readonly state: string
  /** Every call, as a line. */
  calls(): Promise<string[]>
  /** The value of a setting, as the tool keeps it; undefined: none. */
  value(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
}

const gsettings = `
case "$1" in
  get) cat "$state/$3" ;;
  set) [ -e "$state/keeps nothing" ] || printf '%s\\n' "$4" > "$state/$3" ;;
esac`

/** As `networksetup` lists them: a star marks one that is switched off. */
const macServices = ['Wi-Fi', '*Thunderbolt Bridge', 'LAN']

const networksetup = `
case "$1" in
  -listallnetworkservices) echo 'An asterisk (*) denotes that a network service is disabled.'; cat "$state/services" 2>/dev/null || printf '%s\\n' ${macServices.map((name) => `'${name}'`).join(' ')} ;;
  -getautoproxyurl) printf 'URL: %s\\nEnabled: %s\\n' "$(cat "$state/$2 url" 2>/dev/null || echo '(null)')" "$(cat "$state/$2 on" 2>/dev/null || echo No)" ;;
  -setautoproxyurl) printf '%s' "$3" > "$state/$2 url"; printf Yes > "$state/$2 on"; [ ! -e "$state/killed after" ] || kill -9 $PPID ;;
  -setautoproxystate) if [ "$3" = on ]; then printf Yes; else printf No; fi > "$state/$2 on" ;;
esac`

const reg = `
case "$1" in
  query) [ -f "$state/url" ] || exit 1; printf '\\n%s\\n    AutoConfigURL    REG_SZ    %s\\n\\n' "$2" "$(cat "$state/url")" ;;
  add) printf '%s' "$8" > "$state/url" ;;
  delete) rm "$state/url" ;;
esac`

/** What does its work, until a test says what it fails with. */
const failing = `
if [ -e "$state/failure" ]; then cat "$state/failure" >&2; exit 1; fi`

const tools = { gsettings, networksetup, reg, systemctl: failing, launchctl: failing, schtasks: failing }

/** The tools of desktops and systems, which keep what they are told in a folder of the test's own and record each call. */
export async function fakeTools(t: Test): Promise<FakeTools> {
  const folder = await tempFolder(t)
  const [bin, state, log] = [join(folder, 'bin'), join(folder, 'state'), join(folder, 'calls')]
  for (const one of [bin, state]) await mkdir(one)
  for (const [name, body] of Object.entries(tools)) {
    const script = join(bin, name)
    await writeFile(script, `#!/bin/sh\nstate='${state}'\necho "$(basename "$0") $*" >> '${log}'\n${body}\n`)
    await chmod(script, 0o755)
  }
  const value = (name: string) =>
    readFile(join(state, name), 'utf8').then(
      (text) => text.trimEnd(),
      () => undefined,
    )
  return {
    path: [bin, process.env.PATH ?? ''].join(delimiter),
    state,
    calls: async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    value,
    set: (name, text) => writeFile(join(state, name), text),
  }
}
