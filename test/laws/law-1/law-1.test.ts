import t from 'tap'
import { plainKinds } from './law-1-kinds.ts'
import { liveThrough } from './law-1-life.ts'

// Law 1: a password never reaches a client: not in a response, a redirect, a log, an error, the store in clear.

for (const kind of plainKinds) t.test(`law 1: ${kind.title}`, (t) => liveThrough(t, kind))
