import t from 'tap'
import { captchaKinds } from './login-kinds.ts'
import { testKinds } from './test-kinds.ts'

t.test('forms with a captcha', (t) => testKinds(t, captchaKinds))
