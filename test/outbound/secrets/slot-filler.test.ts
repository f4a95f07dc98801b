import t from 'tap'
import type { Derivation } from '../../../relay/derivation/index.ts'
import { SlotFiller, type SlotTools } from '../../../relay/outbound/secrets/slot-filler.ts'

const origin = 'https://erp.test'
const key = '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13'
const encrypted: Derivation = { is: 'made', by: 'sm2', of: [{ is: 'text', text: key }, { is: 'secret' }], as: 'hex' }
const slot = () => ({ secret: {}, field: 'password', derivation: encrypted, encoding: { as: 'urlencoded', charset: 'utf-8' } }) as const
const tools = (openSecret: SlotTools['openSecret']) => ({ openSecret }) as SlotTools

t.test('what is checked before a request leaves is what is written into it, and nothing else is told to be scrubbed', async (t) => {
  const told = new Set<string>()
  const filler = new SlotFiller(
    tools(() => 'secret'),
    (text) => told.add(text.toLowerCase()),
  )
  const one = slot()
  const checked = filler.text(one, origin)
  t.equal(filler.fill(one, { origin, method: 'POST', path: '/login' }).toString(), checked)
  t.same([...told], ['secret', checked])
  t.not(filler.text(slot(), origin), checked, 'another slot is encrypted anew')
})

t.test('a slot whose secret has another value since is made anew', async (t) => {
  let value = 'first'
  const filler = new SlotFiller(tools(() => value))
  const hashed = { ...slot(), derivation: { is: 'made', by: 'md5', of: [{ is: 'secret' }], as: 'hex' } } as const
  const before = filler.text(hashed, origin)
  value = 'second'
  t.not(filler.text(hashed, origin), before)
})

t.test('a secret that may not go there any more is refused, though it was made into something before', async (t) => {
  let mayGo = true
  const filler = new SlotFiller(
    tools(() => {
      if (!mayGo) throw new Error('not there')
      return 'secret'
    }),
  )
  const one = slot()
  filler.text(one, origin)
  mayGo = false
  t.throws(() => filler.text(one, origin), { message: 'not there' })
})
