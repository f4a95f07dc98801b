import { z } from 'zod'
import { type Adapter, SignInFailure } from '../contract.ts'
import { defineAdapter } from '../define-adapter.ts'
import { form } from './form.ts'
import { type FormSettings, formSettings } from './settings.ts'

const settings = formSettings.extend({
  browser: z
    .enum(['placeholder', 'type'])
    .default('placeholder')
    .describe("`type`: the page's script needs the password itself, for it sends something made of it; default: a placeholder stands in the page."),
})

export type FormByScriptSettings = z.infer<typeof settings>

/** The form adapter in a browser with scripts, for sites that draw their sign-in form by script. Chosen where nothing simpler works. */
export const formByScript: Adapter<FormByScriptSettings> = defineAdapter<FormByScriptSettings>({
  name: 'form-by-script',
  api: 1,
  description: 'A form that a script draws: in a Chromium on the relay',
  engine: 'scripts',
  settings,
  signIn: (context) => form.signIn(context as Parameters<Adapter<FormSettings>['signIn']>[0]),
  isSignedIn: (context) => form.isSignedIn(context),
  isSignedOut: (facts, site) => form.isSignedOut(facts, site),
  signOut: (context) => form.signOut(context),
  ...(form.passwordRules === undefined ? {} : { passwordRules: form.passwordRules }),
  async changePassword(context, next) {
    // Typed into the page, the new one would be in it twice.
    if (context.settings.browser === 'type')
      throw new SignInFailure('form-not-found', ["the page's script needs the password itself: the relay changes none there"])
    await form.changePassword?.(context as Parameters<Adapter<FormSettings>['signIn']>[0], next)
  },
})
