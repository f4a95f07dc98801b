import t from 'tap'
import { decideCaptcha } from '../../../relay/login/captcha/captcha-decision.ts'
import fc from '../../property.ts'

const facts = { confidence: 0.5, triesLeft: 4, imagesLeft: 5, usual: [] }

t.test('a sure read is sent, an unsure one fetched anew, and a person asked where the site draws no other image', async (t) => {
  t.equal(decideCaptcha({ ...facts, confidence: 0.97 }).move, 'send')
  t.equal(decideCaptcha({ ...facts, confidence: 0.3 }).move, 'fetch')
  t.equal(decideCaptcha({ ...facts, confidence: 0.05, imagesLeft: 0 }).move, 'ask')
  t.equal(decideCaptcha({ ...facts, confidence: 0.5, imagesLeft: 0 }).move, 'send', 'with tries to spare a coin toss is cheaper than a person')
})

t.test('the last try is a person’s unless the read is rather sure', async (t) => {
  t.equal(decideCaptcha({ ...facts, confidence: 0.6, imagesLeft: 0, triesLeft: 1 }).move, 'ask')
  t.equal(decideCaptcha({ ...facts, confidence: 0.85, imagesLeft: 0, triesLeft: 1 }).move, 'send')
})

t.test('at a site that is never read, no images are drawn in vain', async (t) => {
  t.equal(decideCaptcha({ ...facts, confidence: 0.02, usual: Array(64).fill(0.02) }).move, 'ask')
})

t.test('where reads are usually sure, it pays to wait for one', async (t) => {
  t.equal(decideCaptcha({ ...facts, confidence: 0.7, usual: Array(64).fill(0.95) }).move, 'fetch')
  t.equal(decideCaptcha({ ...facts, confidence: 0.7, usual: Array(64).fill(0.4) }).move, 'send')
})

t.test('it explains itself in costs', async (t) => {
  t.match(decideCaptcha(facts).explain(), /^4 tries left, sending it would cost \d\.\d\d times what asking costs, a fresh image \d\.\d\d$/)
  t.match(decideCaptcha({ ...facts, imagesLeft: 0, triesLeft: 1 }).explain(), /^1 try left, .*, no further image to fetch$/)
})

t.test('more confidence never turns a read that was sent into one that is not; certainty is always sent', async (t) => {
  const confidence = fc.double({ min: 0, max: 1, noNaN: true })
  const others = fc.record({
    triesLeft: fc.integer({ min: 1, max: 20 }),
    imagesLeft: fc.integer({ min: 0, max: 10 }),
    usual: fc.array(confidence, { maxLength: 70 }),
  })
  fc.assert(
    fc.property(others, confidence, confidence, (rest, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      t.equal(decideCaptcha({ ...rest, confidence: 1 }).move, 'send')
      if (decideCaptcha({ ...rest, confidence: low }).move === 'send') t.equal(decideCaptcha({ ...rest, confidence: high }).move, 'send')
      if (rest.imagesLeft === 0) t.not(decideCaptcha({ ...rest, confidence: low }).move, 'fetch')
    }),
  )
})
