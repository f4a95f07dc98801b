import { generateSync } from 'otplib'
import { parse } from 'parse5'
import { elements, text } from '../document.ts'
import type { Visitor } from '../visitor.ts'

export interface SetUpAuthenticator {
  readonly secret: string
  readonly recoveryCodes: readonly string[]
  /** A code that was not spent by setting it up: that of the next step, which is a neighbour of the present one. */
  readonly nextCode: string
}

/** Sets up an authenticator app by the pages, as a person would who types the key. */
export async function setUpAuthenticator(browser: Visitor): Promise<SetUpAuthenticator> {
  await browser.get('/security')
  await browser.post('/security/authenticator')
  const secret = preIn((await browser.get('/security/authenticator')).body).replaceAll(' ', '')
  const now = Math.floor(Date.now() / 1000)
  const { body } = await browser.post('/security/authenticator/confirm', { code: generateSync({ secret, epoch: now }) })
  return { secret, recoveryCodes: preIn(body).split('\n'), nextCode: generateSync({ secret, epoch: now + 30 }) }
}

function preIn(markup: string): string {
  const [pre] = elements(parse(markup), 'pre')
  if (pre === undefined) throw new Error('the page shows nothing to copy')
  return text(pre)
}
