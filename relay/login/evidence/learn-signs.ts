import type { Sign, Signs } from '../../../adapters/index.ts'
import type { PageFacts, SignInTrace } from './contract.ts'

/** Signs of a list; each is enough, so more would only make mistakes likelier. */
const mostSigns = 3

/**
 * The signs by which a sign-in that works is told from one that does not: what the answer has and the page before had not. With `wrong`,
 * only what the refusal does not have either. Nothing that belongs to one person or one visit: such text was redacted. A list that nothing
 * was found for is left out.
 */
export function learnSigns(right: SignInTrace, wrong?: SignInTrace): Signs {
  const success = successSigns(right, wrong)
  const denied = wrong === undefined ? [] : deniedSigns(right, wrong)
  return { ...(success.length === 0 ? {} : { success }), ...(denied.length === 0 ? {} : { denied }) }
}

function successSigns({ before, after, sentTo }: SignInTrace, wrong: SignInTrace | undefined): Sign[] {
  const others = [before, ...(wrong === undefined ? [] : [wrong.after])]
  const texts = [after.signOut, ...greetings(after)].filter(
    (text) => text !== undefined && isFit(text) && says(after, text) && !others.some((other) => says(other, text)),
  )
  // What a site answers where the password was sent, it may answer to a wrong one there too.
  const isElsewhere = others.every((other) => other.path !== after.path) && !sentTo.includes(after.path)
  const path = isElsewhere && isPlainPath(after.path) ? after.path : undefined
  const cookie = after.cookies.find(({ name, change }) => change !== 'removed' && isFit(name) && !wrong?.after.cookies.some((one) => one.name === name))?.name
  const [text] = texts
  const signs: Sign[] = [
    ...(text === undefined ? [] : [{ text }]),
    ...(path === undefined ? [] : [cookie === undefined ? { path } : { path, cookie }]),
    // Many sites set a cookie for a refusal too: alone it proves something only where a refusal was seen without it.
    ...(cookie !== undefined && wrong !== undefined && path === undefined ? [{ cookie }] : []),
  ]
  return signs.slice(0, mostSigns)
}

/** Where there is no way to sign out that is known by its words: a title that only the signed-in see. */
function greetings({ signOut, title }: PageFacts): string[] {
  return signOut === undefined && title.length >= 4 ? [title] : []
}

function deniedSigns({ before, after }: SignInTrace, { after: refused }: SignInTrace): Sign[] {
  const isNew = (line: string) => isFit(line) && !says(before, line) && !says(after, line)
  const message = refused.refusals.find(isNew) ?? refused.lines.find(isNew)
  const status = refused.status >= 400 && refused.status < 500 && refused.status !== after.status ? refused.status : undefined
  return [...(message === undefined ? [] : [{ text: message }]), ...(status === undefined ? [] : [{ status }])]
}

/** As a sign is looked for: anywhere in the title or the text, case aside. */
function says({ title, lines }: PageFacts, text: string): boolean {
  return [title, ...lines].join('\n').toLowerCase().includes(text.toLowerCase())
}

/** Not what was redacted, nor what counts or dates: `Welcome back, visit 17`. A text between slashes would be read as an expression. */
function isFit(text: string): boolean {
  return text.length >= 2 && text.length <= 120 && !/[[\]]|\d{2,}/.test(text) && !/^\/.*\/\w*$/.test(text)
}

/** A path with a number or an id in it may be one person's. */
function isPlainPath(path: string): boolean {
  return path !== '/' && path.length <= 100 && !/\d|;|%/.test(path)
}
