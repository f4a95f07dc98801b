import { z } from 'zod'
import { type Adapter, type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import { defineAdapter } from '../../define-adapter.ts'
import { findElement } from './find.ts'
import { isTarget, type Steps, stepsSchema } from './schema.ts'
import { signInBySteps } from './sign-in.ts'

type Settings = Readonly<Record<string, string>>
type SessionContext = Pick<SignInContext<Settings>, 'browser' | 'site'>

/** The adapter that a list of steps is. It was checked where it was read. */
export function stepsAdapter(given: unknown): Adapter<Settings> {
  const steps = stepsSchema.parse(given)
  const { name, description, signedOut } = steps
  return defineAdapter<Settings>({
    name,
    api: 1,
    description,
    signedOut,
    settings: z.strictObject(Object.fromEntries(Object.keys(steps.settings).map((key) => [key, z.string().min(1)]))),
    signIn: (context) => signInBySteps(steps, context),
    isSignedIn: async (context) => isSignedIn(await openLanding(steps, context), steps, context),
    signOut: (context) => signOut(steps, context),
  })
}

function openLanding({ landing }: Steps, { browser, site }: SessionContext): Promise<Page> {
  return browser.open(landing === undefined ? (site.landingUrl ?? new URL('/', site.loginUrl)) : new URL(landing, site.loginUrl))
}

/** By what the last step expects; else by a page that does not ask for what the steps fill in. */
function isSignedIn(page: Page, { steps }: Steps, { site }: SessionContext): boolean {
  if (page.status >= 500) throw new SignInFailure('site-down', [`the site answered ${page.status}`])
  const expected = [steps.at(-1)?.expect?.['signed-in'] ?? []].flat().filter(isTarget)
  if (expected.some((target) => findElement(page, target) !== undefined)) return true
  if (page.status === 401 || page.query('input[type=password]').length > 0) return false
  const isAtLogin = page.url.pathname === site.loginUrl.pathname && page.url.origin === site.loginUrl.origin
  const first = steps.find(({ fill }) => fill !== undefined)?.fill
  if (isAtLogin && first !== undefined && findElement(page, first) !== undefined) return false
  if (page.status < 400 && !isAtLogin) return true
  throw new SignInFailure('unknown', [`${page.url.pathname} answered ${page.status}, which does not tell`])
}

async function signOut(steps: Steps, context: SessionContext): Promise<boolean> {
  if (steps.signOut === undefined) return false
  const { browser, site } = context
  if (!isTarget(steps.signOut)) return (await browser.open(new URL(steps.signOut, site.loginUrl))).status < 400
  const element = findElement(await openLanding(steps, context), steps.signOut)
  if (element === undefined) return false
  const after =
    element.address === undefined ? await element.form?.submit(element.attribute('name') ?? element.attribute('id')) : await browser.open(element.address)
  return after !== undefined && after.status < 400
}
