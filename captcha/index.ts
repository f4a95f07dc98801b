/**
 * Captcha: reads a text challenge image inside a sign-in to the user's own account.
 *
 * Refuses: what is no image, image bombs, behavioural challenges (those go to the person). Keeps law 8.
 */
export type { Candidate, CaptchaReader, ReaderOptions, ReadHints, ReadResult } from './contract.ts'
