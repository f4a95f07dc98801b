import type { Test } from 'tap'
import { findSignInForm } from '../../adapters/form/fields/find-form.ts'
import { recogniseScript } from '../../adapters/form/script/recognise-script.ts'
import { formSettings } from '../../adapters/form/settings.ts'
import { browserFor } from '../login/browser/browser-for-test.ts'
import { serve } from '../sites/serve.ts'

const form = `<form id=f onsubmit="return send(this)"><input name=user id=u><input type=password name=pass id=p>
<input type=hidden name=salt value=s1><input type=hidden name=digest><button>Log in</button></form><div id=key>k</div><meta name=nonce content=n>`

/** What is read out of a script in a page with a form of `user` and `pass`, beside files of the same origin and further text. */
export async function seen(t: Test, script: string, files: Readonly<Record<string, string>> = {}, text = '') {
  const tags = Object.keys(files).map((path) => `<script src="${path}"></script>`)
  const site = await serve(({ path }) => ({ body: files[path] ?? `${form}${tags.join('')}<script>${script}</script>${text}` }))
  t.teardown(() => site.stop())
  const browser = browserFor(t, [site.origin])
  const page = await browser.open(site.url)
  const found = findSignInForm(page, formSettings.parse({}))
  if (found === undefined) throw new Error('no form')
  return recogniseScript(page, found, browser)
}
