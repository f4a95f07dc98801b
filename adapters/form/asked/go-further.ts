import { counted } from '../../../relay/counted.ts'
import { answerField } from '../../answer-field.ts'
import { type Form, type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import type { FormSettings } from '../settings.ts'
import type { Asked } from './asked.ts'

type Context = SignInContext<FormSettings>

/** Gives the site what it asks beyond the password, and gives the page that comes. */
export async function goFurther(asked: Asked, context: Context): Promise<Page> {
  switch (asked.kind) {
    case 'code':
      return sendCode(asked, context)
    case 'question':
      return sendAnswer(asked, context)
    case 'go-on':
      return pressOn(asked, context)
  }
}

/** From the stored authenticator key, whose code the agent makes; else from the person, who waits for a mail or looks at the phone. */
async function sendCode({ form, field, boxes, words, isSent }: Extract<Asked, { kind: 'code' }>, { secrets, ask, step }: Context): Promise<Page> {
  // A secret stands in one field of a request (law 2): the stored key makes no code for several.
  const stored = isSent || boxes !== undefined ? undefined : secrets.totp
  const code = stored ?? (await ask({ kind: 'code', question: words ? `The site asks: ${words}` : 'The site asks for a code.' }))
  const page = await (boxes === undefined ? form.fill(field, code) : inBoxes(form, boxes, String(code))).submit()
  step('send', stored !== undefined ? 'code of the stored authenticator key sent' : 'code sent')
  return page
}

function inBoxes(form: Form, boxes: readonly string[], code: string): Form {
  const characters = Array.from(code.replace(/[\s-]+/g, ''))
  if (characters.length !== boxes.length) {
    throw new SignInFailure('challenge', [
      `the site has ${counted(boxes.length, 'box', 'boxes')} for its code, and the one given has ${counted(characters.length, 'character')}`,
    ])
  }
  return boxes.reduce((filled, box, index) => filled.fill(box, characters[index] ?? ''), form)
}

async function sendAnswer({ form, field, words }: Extract<Asked, { kind: 'question' }>, { secrets, ask, step }: Context): Promise<Page> {
  const stored = secrets[answerField(words)]
  const answer = stored ?? (await ask({ kind: 'question', question: `The site asks: ${words}` }))
  const page = await form.fill(field, answer).submit()
  step('send', stored === undefined ? 'answer sent' : 'stored answer sent')
  return page
}

async function pressOn({ press, words }: Extract<Asked, { kind: 'go-on' }>, { browser, step, site }: Context): Promise<Page> {
  if ('link' in press && !site.origins.includes(press.link.origin)) throw new SignInFailure('unknown', [`the link to go on leads to ${press.link.host}`])
  const page = 'link' in press ? await browser.open(press.link) : await press.form.submit(press.button)
  step('send', `pressed "${words.slice(0, 60)}"`)
  return page
}
