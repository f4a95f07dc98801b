import t from 'tap'
import { hashingKinds } from './login-kinds.ts'
import { testKinds } from './test-kinds.ts'

t.test('passwords that the page hashes or encrypts', (t) => testKinds(t, hashingKinds))
