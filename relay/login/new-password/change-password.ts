import { type Adapter, SignInFailure } from '../../../adapters/index.ts'
import type { PasswordChangeRequest, PasswordSetOutcome } from '../contract.ts'
import { type SetPasswordRooms, setPassword } from './set-password.ts'

/** One change of a password at a site, with a session that is signed in. */
export function changePassword(adapter: Adapter, request: PasswordChangeRequest, rooms: SetPasswordRooms): Promise<PasswordSetOutcome> {
  const { state, credential } = request
  return setPassword(
    adapter,
    {
      of: 'change',
      state,
      ...credential,
      send: async (context, next) => {
        if (adapter.changePassword === undefined) throw new SignInFailure('form-not-found', [`the adapter ${adapter.name} does not change passwords`])
        await adapter.changePassword(context, next)
      },
      readCaptcha: () => Promise.reject(new SignInFailure('challenge', ['the form for changing the password has a captcha'])),
      otherwise: 'the password was not changed',
    },
    request,
    rooms,
  )
}
