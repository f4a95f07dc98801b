import { type Adapter, type Registered, SignInFailure } from '../../../adapters/index.ts'
import type { PasswordSetOutcome, RegistrationRequest } from '../contract.ts'
import { CookieJar } from '../cookies/index.ts'
import { type SetPasswordRooms, setPassword } from './set-password.ts'

/** One registration at a site, by a browser that nobody is signed in with. Captchas go to the person: the relay makes no accounts by itself (law 8). */
export async function register(adapter: Adapter, request: RegistrationRequest, rooms: SetPasswordRooms): Promise<PasswordSetOutcome & Registered> {
  const { username, details, ask } = request
  const { told, ...outcome } = await setPassword<Registered>(
    adapter,
    {
      of: 'registration',
      state: { cookies: CookieJar.create().serialise(), headers: [] },
      username,
      secrets: {},
      send: (context, next) => {
        if (adapter.register === undefined) throw new SignInFailure('form-not-found', [`the adapter ${adapter.name} does not register`])
        return adapter.register({ ...context, secrets: { password: next } }, details)
      },
      async readCaptcha(image, hints, reload) {
        const answer = await ask({
          kind: 'captcha',
          image,
          hint: hints?.kind === 'arithmetic' ? 'What is the result?' : 'What does the image say?',
          ...(reload === undefined ? {} : { reload }),
        })
        return { answer, by: 'person', confidence: 1 }
      },
      otherwise: 'no account was made',
    },
    request,
    rooms,
  )
  return { ...outcome, ...(told?.waitsFor === undefined ? {} : { waitsFor: told.waitsFor }) }
}
