import type { Secret } from '../../../relay/vault/index.ts'
import { type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import { quoted } from '../answers/judge.ts'
import { newMessages } from '../messages/new-messages.ts'
import type { FormSettings } from '../settings.ts'
import { changeMeaning } from './change-words.ts'
import { type ChangeForm, findChangeForm } from './find-change-form.ts'
import { findChangePage } from './find-change-page.ts'

/** Fills in the form for changing the password and tells what the answer says. Signed in already. */
export async function changePassword(context: SignInContext<FormSettings>, next: Secret): Promise<void> {
  const { page, found } = await findChangePage(context)
  context.step('form', inWords(page, found))
  const filled = fill(context, found, next)
  const answer = await filled.submit()
  context.step('send', 'new password sent')
  judge(page, answer, context)
}

function fill({ secrets }: SignInContext<FormSettings>, { form, old, next: field, repeat }: ChangeForm, next: Secret): ChangeForm['form'] {
  const gone = [old, field, repeat].filter((name) => name !== undefined && !form.fields.some((one) => one.name === name))
  if (gone.length > 0) throw new SignInFailure('form-not-found', [`the form does not have the declared field \`${gone.join('`, `')}\``])
  let filled = form.fill(field, next)
  if (repeat !== undefined) filled = filled.fill(repeat, next)
  if (old === undefined) return filled
  if (secrets.password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
  return filled.fill(old, secrets.password)
}

/** The site's own words first; then whether the form is gone. The sign-in that follows decides. */
function judge(before: Page, after: Page, { step, settings }: SignInContext<FormSettings>): void {
  if (after.status >= 500) throw new SignInFailure('site-down', [`the site answered ${after.status}`])
  const { messages } = newMessages(before, after)
  const refused = messages.find((message) => changeMeaning(message) === 'refused')
  const taken = messages.find((message) => changeMeaning(message) === 'taken')
  const isBack = findChangeForm(after, settings.changeFields) !== undefined
  if (refused !== undefined && (isBack || taken === undefined)) throw new SignInFailure('unknown', [`the site says ${quoted(refused)}`])
  if (taken !== undefined) {
    step('answer', `the site says ${quoted(taken)}`)
    return
  }
  if (after.status >= 400) throw new SignInFailure('unknown', [`the site answered ${after.status}`, `the page is titled ${quoted(after.title)}`])
  if (isBack) throw new SignInFailure('unknown', ['the form for changing the password came back, and the site does not say why'])
  step('answer', `the site went on to ${after.url.pathname}`)
}

function inWords({ url }: Page, { old, next, repeat }: ChangeForm): string {
  const fields = [...(old === undefined ? [] : [`present one in \`${old}\``]), `new one in \`${next}\``, ...(repeat === undefined ? [] : [`and \`${repeat}\``])]
  return `form for changing the password at ${url.pathname}: ${fields.join(', ')}`
}
