import type { Browser, Frame, Page } from 'playwright-core'
import { launchChromium } from '../../test/chromium.ts'
import { childrenNamed, cpuTimeOf } from './cpu-time.ts'
import { median } from './median.ts'
import { type BenchSite, password, type RunningSite, username } from './sites.ts'

/** How a headless Chromium fared at a site; milliseconds, medians. */
export interface ChromiumFigures {
  /** Started for the purpose. */
  readonly cold: { readonly wall: number; readonly cpu: number }
  /** Already running, in an empty profile. */
  readonly warm: { readonly wall: number; readonly cpu: number }
}

const signedIn = /log ?(?:out|off)|sign ?(?:out|off)|退出|hello/i
const userField = 'input[type=email]:visible, input[autocomplete=username]:visible, input:not([type]):visible, input[type=text]:visible'
const submitter = 'button:visible, input[type=submit]:visible'

/**
 * Signs in as a script for that one browser would: fills in what is there, presses the button, and waits until the page speaks of signing out. CPU
 * time is that of Chromium's processes; the program that drives it comes on top and is not counted, nor is closing it.
 */
export async function measureChromium(kind: BenchSite, site: RunningSite, times: { readonly cold: number; readonly warm: number }): Promise<ChromiumFigures> {
  const cold = await repeat(times.cold, async () => {
    const began = performance.now()
    const browser = await launch()
    try {
      await signIn(browser, kind, site)
      return { wall: performance.now() - began, cpu: cpuTimeOf(childrenNamed('chrom')) }
    } finally {
      await browser.close()
    }
  })
  const browser = await launch()
  try {
    await signIn(browser, kind, site)
    const warm = await repeat(times.warm, async () => {
      const [began, before] = [performance.now(), cpuTimeOf(childrenNamed('chrom'))]
      await signIn(browser, kind, site)
      return { wall: performance.now() - began, cpu: cpuTimeOf(childrenNamed('chrom')) - before }
    })
    return { cold, warm }
  } finally {
    await browser.close()
  }
}

function launch(): Promise<Browser> {
  return launchChromium({ args: ['--host-resolver-rules=MAP *.test 127.0.0.1'] })
}

async function repeat(times: number, work: () => Promise<{ readonly wall: number; readonly cpu: number }>) {
  const each: { readonly wall: number; readonly cpu: number }[] = []
  for (let round = 0; round < times; round += 1) each.push(await work())
  return { wall: median(each.map(({ wall }) => wall)), cpu: median(each.map(({ cpu }) => cpu)) }
}

async function signIn(browser: Browser, kind: BenchSite, site: RunningSite): Promise<void> {
  const credentials = { username: site.username ?? username, password: site.password ?? password }
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...(kind.chromium === 'http' ? { httpCredentials: credentials } : {}) })
  context.setDefaultTimeout(15_000)
  try {
    const page = await context.newPage()
    const answer = await page.goto(site.url)
    if (kind.chromium === 'http') {
      if (answer?.status() !== 200) throw new Error(`${site.url} answered ${answer?.status()}`)
    } else await fillIn(page, credentials, kind.says ?? signedIn)
  } finally {
    await context.close()
  }
}

async function fillIn(page: Page, credentials: { readonly username: string; readonly password: string }, says: RegExp): Promise<void> {
  const frame = await frameWithForm(page)
  const password = frame.locator('input[type=password]:visible').first()
  if ((await password.count()) === 0) {
    const alone = frame.locator('input[type=email]:visible, input[autocomplete=username]:visible').first()
    await alone.fill(credentials.username)
    await alone.press('Enter')
    await password.waitFor()
  } else await frame.locator(userField).first().fill(credentials.username)
  await password.fill(credentials.password)
  const form = frame.locator('form:has(input[type=password]:visible)')
  if ((await form.count()) > 0) await password.press('Enter')
  else await frame.locator(submitter).last().click()
  await frame.getByText(says).first().waitFor()
}

/** In most pages at once; where frames are still loading, they are looked at again after a moment. */
async function frameWithForm(page: Page): Promise<Frame> {
  const fields = `${userField}, input[type=password]:visible`
  if (page.frames().length === 1) await page.locator(fields).first().waitFor()
  for (let tries = 0; tries < 500; tries += 1) {
    for (const frame of page.frames()) if ((await frame.locator(fields).count()) > 0) return frame
    await page.waitForTimeout(20)
  }
  throw new Error(`no form in the frames of ${page.url()}`)
}
