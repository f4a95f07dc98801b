import { setTimeout as wait } from 'node:timers/promises'
import { type Program, parse } from 'acorn'
import type { Browser, Page } from '../../contract.ts'
import { namesIn, parseExpression } from '../../transform/expression.ts'
import type { SignInForm } from '../fields/find-form.ts'
import { each, scriptInPage, scriptOfFile } from './literal-place.ts'
import { PagePlaces, type Source } from './page-places.ts'
import { ScriptRun } from './run.ts'
import type { Fields } from './state.ts'

/** What scripts make of the password, as settings of the form. */
export interface RecognisedScript {
  readonly transform?: string
  /** Where it goes into a field of its own, and the one it was typed into is sent empty. */
  readonly values?: Readonly<Record<string, string>>
  readonly read?: Readonly<Record<string, Source>>
}

/** Scripts that are read: so many files of the site's own, and so many characters each. */
const most = { files: 6, characters: 200_000, all: 600_000 }
/** How long a file is waited for, milliseconds. */
const patience = 3000
const worthwhile = /md5|sha|sm[23]|encrypt|crypt|rsa|hash|hmac|btoa|base64/i

/**
 * Reads the page's own scripts, and those in files of its origin, for what they make of the password before the form is sent. Undefined where they
 * leave it alone, and where there is any doubt: two ways that differ, an operation that is not known.
 */
export async function recogniseScript(page: Page, found: SignInForm, browser: Browser): Promise<RecognisedScript | undefined> {
  if (found.password === undefined) return undefined
  const scripts = await scriptsOf(page, browser)
  if (!scripts.some(({ text }) => worthwhile.test(text))) return undefined
  const places = new PagePlaces(page, found, found.password)
  try {
    return read(scripts, places)
  } catch (error) {
    // Nested so deeply that nobody wrote it by hand.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function read(scripts: readonly Script[], places: PagePlaces): RecognisedScript | undefined {
  const programs = scripts.flatMap(({ text, isInPage }) => {
    const program = parsed(text)
    return program === undefined ? [] : [{ program, script: isInPage ? scriptInPage(text, program) : scriptOfFile }]
  })
  const run = new ScriptRun(places, calledIn(programs.map(({ program }) => program)))
  run.run(programs)
  const ways = new Map(run.outcomes.flatMap((fields) => settingsOf(fields, places.passwordField)).map((one) => [JSON.stringify(one), one]))
  const [only] = ways.values()
  return ways.size === 1 && only !== undefined && only !== 'doubtful' ? withSources(only, places) : undefined
}

/** For the person who enrols the site. A reading of a script is no proof: a sign-in is. */
export function recognisedInWords({ transform, values = {}, read = {} }: RecognisedScript): string[] {
  const made = [
    ...(transform === undefined ? [] : [`as ${transform}`]),
    ...Object.entries(values).map(([field, value]) => `in the field \`${field}\` as ${value.slice(1, -1)}`),
  ]
  const from = Object.entries(read).map(
    ([name, { url, ...place }]) =>
      `\`${name}\` from ${url ?? 'the page'} (${Object.entries(place)
        .map(([kind, where]) => `${kind} ${where}`)
        .join(', ')})`,
  )
  return [
    `the page's scripts were read: they send the password ${[...made, ...from].join('; ')}`,
    'a reading of scripts may be mistaken: the first sign-in shows it, and a refusal is told before anything is sent again',
  ]
}

interface Script {
  readonly text: string
  readonly isInPage: boolean
}

/** In their order; last, what the form and its buttons do. */
async function scriptsOf(page: Page, browser: Browser): Promise<Script[]> {
  const all = page.query('script')
  const files = all.flatMap(({ address }) => (address !== undefined && address.origin === page.url.origin ? [address.href] : [])).slice(0, most.files)
  const texts = new Map(await Promise.all([...new Set(files)].map(async (url) => [url, await fileAt(url, browser)] as const)))
  const scripts = all.flatMap(({ address, text }): Script[] => {
    const file = address === undefined ? text.slice(0, most.characters) : texts.get(address.href)
    return file === undefined ? [] : [{ text: file, isInPage: address === undefined }]
  })
  const handlers = [...page.query('form[onsubmit]').map((one) => one.attribute('onsubmit')), ...page.query('[onclick]').map((one) => one.attribute('onclick'))]
  let left = most.all
  return [...scripts, ...handlers.map((text) => ({ text: text ?? '', isInPage: true }))].filter(({ text }) => {
    left -= text.length
    return left >= 0
  })
}

/** One that does not come soon, or is more than a page may be, is left out: the form is there without it. */
async function fileAt(url: string, browser: Browser): Promise<string | undefined> {
  const file = await Promise.race([browser.open(url).catch(() => undefined), wait(patience, undefined, { ref: false })])
  return file?.status === 200 && file.body.length <= most.characters ? file.body : undefined
}

function parsed(text: string): Program | undefined {
  try {
    return parse(text, {
      ecmaVersion: 'latest',
      // Takes `<!--` for a comment, as browsers do.
      sourceType: 'script',
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
    })
  } catch {
    // No script, or one that asks for more than the parser's depth.
    return undefined
  }
}

/** Names of functions that something calls: what they do counts there. */
function calledIn(programs: readonly Program[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const program of programs)
    each(program, (node) => {
      const { callee } = node as typeof node & { callee?: { readonly type: string; readonly name?: string } }
      if (callee?.type === 'Identifier' && callee.name !== undefined) names.add(callee.name)
    })
  return names
}

type Settings = Pick<RecognisedScript, 'transform' | 'values'>

/** What a way through the scripts makes of the fields, as settings; none where the password stays as it is. */
function settingsOf(fields: Fields, passwordField: string): (Settings | 'doubtful')[] {
  const own = fields.get(passwordField)
  if (own !== undefined && own.is !== 'made') return ['doubtful']
  const others = [...fields].flatMap(([name, value]) => (name !== passwordField && value.is === 'made' && value.isSecret ? [[name, value.text] as const] : []))
  const text = own?.text ?? 'password'
  if (others.length === 0) return text === 'password' || text === '""' ? [] : own?.isSecret === true ? [{ transform: text }] : ['doubtful']
  // A second field beside a password that is sent as it is, or as something else.
  if (text !== '""' || others.some(([, value]) => /[{}]/.test(value))) return ['doubtful']
  return [{ values: Object.fromEntries(others.map(([name, value]) => [name, `{${value}}`])) }]
}

function withSources(settings: Settings, places: PagePlaces): RecognisedScript | undefined {
  const expressions = [settings.transform, ...Object.values(settings.values ?? {}).map((value) => value.slice(1, -1))].filter((text) => text !== undefined)
  try {
    const read = places.sourcesOf(expressions.flatMap((text) => namesIn(parseExpression(text))))
    return { ...settings, ...(Object.keys(read).length === 0 ? {} : { read }) }
  } catch {
    // Too long, or too deep.
    return undefined
  }
}
