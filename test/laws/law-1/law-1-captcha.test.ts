import t from 'tap'
import { captchaKinds } from './law-1-kinds.ts'
import { liveThrough } from './law-1-life.ts'

// Law 1 where a sign-in has a captcha: read by the relay, or answered by the person at his terminal.

for (const kind of captchaKinds) t.test(`law 1: ${kind.title}`, (t) => liveThrough(t, kind))
