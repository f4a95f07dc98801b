import t from 'tap'
import { carelessKinds } from './law-1-kinds.ts'
import { liveThrough } from './law-1-life.ts'

// Law 1 where the site itself repeats the password: on pages the sign-in reads, in addresses, in cookies.

for (const kind of carelessKinds) t.test(`law 1: ${kind.title}`, (t) => liveThrough(t, kind))
