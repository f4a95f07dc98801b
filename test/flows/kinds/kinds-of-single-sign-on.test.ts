import t from 'tap'
import { singleSignOnKinds } from './login-kinds.ts'
import { testKinds } from './test-kinds.ts'

t.test('sign-ins that another origin does', (t) => testKinds(t, singleSignOnKinds))
