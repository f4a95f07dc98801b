import t from 'tap'
import { formKinds, furtherPageKinds, headerKinds, jsonKinds } from './login-kinds.ts'
import { testKinds } from './test-kinds.ts'

t.test('forms, and what comes after the password', (t) => testKinds(t, [...formKinds, ...furtherPageKinds]))
t.test('JSON and HTTP authentication', (t) => testKinds(t, [...jsonKinds, ...headerKinds]))
