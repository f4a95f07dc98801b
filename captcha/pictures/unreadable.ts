import { RelayError } from '../../relay/errors.ts'

/** The error for an image that cannot be read; `reason` is in our words, never the image's. */
export function unreadable(reason: string, cause?: unknown): RelayError {
  return new RelayError('captcha_unreadable', { params: { reason }, ...(cause === undefined ? {} : { cause }) })
}
