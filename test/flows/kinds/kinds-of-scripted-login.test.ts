import t from 'tap'
import { findChromium, wantedChromium } from '../../chromium.ts'
import { scriptedKinds } from './login-kinds.ts'
import { testKinds } from './test-kinds.ts'

t.test('sign-ins that need scripts', { skip: findChromium() === undefined ? wantedChromium : false }, (t) => testKinds(t, scriptedKinds))
