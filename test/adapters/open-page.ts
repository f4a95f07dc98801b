import type { Test } from 'tap'
import type { Page } from '../../adapters/index.ts'
import { browserFor } from '../login/browser/browser-for-test.ts'
import { serve } from '../sites/serve.ts'

/** Markup as the page that a browser makes of it, served at /login. */
export async function openPage(t: Test, markup: string): Promise<Page> {
  const site = await serve(() => ({ body: markup }))
  t.teardown(() => site.stop())
  return browserFor(t, [site.origin]).open(site.url)
}
