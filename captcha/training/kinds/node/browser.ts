/**
 * What login pages draw in the browser itself, on a canvas: `npx node captcha/training/kinds/node/browser.ts MODULES SOURCES FOLDER COUNT
 * [SEED] [KIND...]`. SOURCES is what `sources.sh` fetched (gVerify.js and the Vue component `identify`, both copied from system to
 * system), MODULES a `node_modules` with node-captcha, canvas-captcha, ppfun-captcha, react-captcha-code, react-simple-captcha,
 * react-client-captcha, vue-client-recaptcha (`npm install --ignore-scripts --force`) and `@napi-rs/canvas`.
 */

import { readFile } from 'node:fs/promises'
import { createRequire, Module } from 'node:module'
import { join } from 'node:path'
import { chanceOf } from '../../drawing/chance.ts'
import { seeded } from '../../drawing/random.ts'
import { type Drawn, writeSet } from './set.ts'

const [modules = '', sources = '', folder = '', count = '100', seed = '7', ...wanted] = process.argv.slice(2)
const load = createRequire(join(modules, 'x.js'))
const chance = chanceOf(seeded(Number(seed)))
// All of these draw from Math.random alone.
Math.random = seeded(Number(seed) + 1)

interface Canvas {
  width: number
  height: number
  toBuffer(type: string): Buffer
}
const real = load('@napi-rs/canvas') as { createCanvas(width: number, height: number): Canvas }
const png = (canvas: Canvas) => canvas.toBuffer('image/png')
const canvasOf = () => Object.assign(real.createCanvas(1, 1), { style: {}, click: () => {} })

/** The canvas that older packages call with `new`, and whose bytes they are called back with. */
function OldCanvas(width: number, height: number) {
  const canvas = real.createCanvas(width, height)
  const toBuffer = canvas.toBuffer.bind(canvas)
  return Object.assign(canvas, { toBuffer: (back: (problem: null, bytes: Buffer) => void) => back(null, toBuffer('image/png')) })
}
/** The canvas that a component draws on now, and React's hooks as far as one component needs them that is drawn once. */
let current = canvasOf()
const hooks = {
  forwardRef: (draw: unknown) => draw,
  useRef: () => ({ current }),
  useEffect: (effect: () => void) => effect(),
  useCallback: (callback: unknown) => callback,
  useImperativeHandle: () => {},
  createElement: () => {},
}
const stands: Record<string, unknown> = { canvas: OldCanvas, react: hooks, classnames: () => '', './style': {} }
const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown }
const usual = loader._load
loader._load = (request, ...rest) => stands[request] ?? usual(request, ...rest)

const digits = '0123456789'
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const small = capitals.toLowerCase()
// Pages ask for SimHei, Arial or sans-serif; what draws them differs from machine to machine.
const fonts = ['WenQuanYi Micro Hei', 'Liberation Sans', 'DejaVu Sans', 'Liberation Serif', 'Noto Sans', 'Open Sans', 'Roboto', 'Lato', 'FreeSans']

const pick = chance.one
const text = (alphabet: string, least: number, most: number) => Array.from({ length: chance.whole(least, most) }, () => pick([...alphabet])).join('')
const colour = (least: number, most: number) => `rgb(${chance.whole(least, most)},${chance.whole(least, most)},${chance.whole(least, most)})`
const set = (name: string, draw: () => Promise<Drawn> | Drawn, extension?: string) =>
  wanted.length === 0 || wanted.includes(name) ? writeSet(folder, name, Number(count), draw, extension) : undefined
/** A package's browser build with its imports cut off, and what stands in for them. */
async function cut(file: string, returned: string, stands: Record<string, unknown>): Promise<unknown> {
  const code = (await readFile(join(modules, file), 'utf8')).replaceAll(/^import .*?["'];?$/gm, '').replaceAll(/import [^;]*?from ?["'][^"']*["'];/g, '')
  const body = code.replaceAll(/^export (?=const|class)/gm, '').replaceAll(/export ?\{[^}]*\};?|export default \w+;?/g, '')
  return new Function(...Object.keys(stands), `${body}\nreturn ${returned}`)(...Object.values(stands))
}

const gVerify = await readFile(join(sources, 'GVerify/js/gVerify.js'), 'utf8')
await set('gverify', () => {
  const usualSize = chance.is(0.4)
  const height = usualSize ? pick([30, 40, 50]) : chance.whole(28, 60)
  const canvas = canvasOf()
  canvas.height = height
  canvas.width = Math.round(height * (usualSize ? 10 / 3 : 2.6 + Math.random() * 1.4))
  const page = { getElementById: (id: string) => (id === 'verifyCanvas' ? canvas : { offsetWidth: canvas.width, offsetHeight: canvas.height }) }
  const window: { GVerify?: new (options: object) => { options: { code: string } } } = {}
  new Function('window', 'document', gVerify.replaceAll('SimHei', pick(fonts)))(window, page)
  const made = new (window.GVerify as NonNullable<typeof window.GVerify>)({ id: 'x', type: pick(['blend', 'blend', 'number', 'letter']) })
  return { answer: made.options.code, bytes: png(canvas) }
})

interface Component {
  props: Record<string, { default: unknown }>
  methods: Record<string, unknown>
}
const identify = /<script>([\s\S]*)<\/script>/.exec(await readFile(join(sources, 'identify/src/components/identify.vue'), 'utf8'))?.[1] ?? ''
await set('vue-identify', () => {
  const canvas = canvasOf()
  const page = { getElementById: () => canvas }
  const component = new Function('document', identify.replace('export default', 'return').replaceAll('SimHei', pick(fonts)))(page) as Component
  const instance: Record<string, unknown> & { drawPic?(): void } = { ...component.methods }
  for (const [name, { default: value }] of Object.entries(component.props)) instance[name] = value
  const answer = text(pick([digits, digits, digits + small + capitals, small + digits, digits + capitals]), 4, chance.is(0.7) ? 4 : 6)
  instance.identifyCode = answer
  if (chance.is(0.6)) {
    const height = chance.whole(32, 48)
    const most = chance.whole(20, Math.min(34, height - 8))
    const dark = chance.whole(0, 100)
    Object.assign(instance, {
      contentHeight: height,
      contentWidth: Math.round(most * answer.length * (0.8 + Math.random() * 0.4)),
      fontSizeMax: most,
      fontSizeMin: chance.whole(16, most),
    })
    Object.assign(instance, { colorMin: dark, colorMax: dark + 60, backgroundColorMin: chance.whole(180, 254), backgroundColorMax: 255 })
  }
  canvas.width = Number(instance.contentWidth)
  canvas.height = Number(instance.contentHeight)
  instance.drawPic?.()
  return { answer, bytes: png(canvas) }
})

type Called = (options: object, back: (text: string, bytes: Buffer) => void) => void
await set('node-captcha', () => {
  const answer = text(digits, 4, 6)
  const options = chance.is(0.5)
    ? {}
    : {
        height: chance.whole(24, 60),
        color: colour(0, 150),
        background: colour(200, 255),
        noise: chance.is(0.7),
        noiseColor: colour(0, 200),
        complexity: chance.whole(1, 4),
        lineWidth: chance.whole(1, 3),
      }
  return new Promise((done) =>
    (load('node-captcha') as Called)({ ...options, text: answer, size: answer.length, fileMode: 2 }, (made, bytes) => done({ answer: made, bytes })),
  )
})
type Outlined = (options: object, back: (problem: unknown, made: { captchaStr: string; captchaImg: Buffer }) => void) => void
await set('canvas-captcha', () => {
  const plain = chance.is(0.5)
  const size = plain ? 26 : chance.whole(20, 40)
  const length = chance.whole(4, 6)
  const options = {
    charPool: [...pick([small + capitals + digits, capitals, digits, small + digits])],
    size: { width: Math.round(size * length * 0.72 + 26), height: Math.round(size * 1.3) },
    textPos: { left: 15, top: size },
    charLength: length,
    font: `${size}px ${pick(fonts)}`,
    cFont: `${size + 4}px ${pick(fonts)}`,
    strokeStyle: plain ? '#0088cc' : colour(0, 150),
    bgColor: plain ? '#eeeeee' : colour(210, 255),
    cStrokeStyle: plain ? '#adc' : colour(170, 220),
    confusion: chance.is(0.85),
    rotate: plain ? 0.01 : (Math.random() - 0.5) * 0.1,
  }
  return new Promise((done) => (load('canvas-captcha') as Outlined)(options, (_, made) => done({ answer: made.captchaStr, bytes: made.captchaImg })))
})
await set(
  'ppfun-captcha',
  () => {
    const { create } = load('ppfun-captcha') as { create(options: object): { text: string; data: string } }
    const answer = create({
      ...(chance.is(0.5) ? {} : { stroke: colour(0, 120), nodeDeviation: 1 + Math.random() * 2, connectionPathDeviation: 1 + Math.random() * 6 }),
      background: '#ffffff',
    })
    return { answer: answer.text, bytes: Buffer.from(answer.data) }
  },
  'svg',
)

const plain = canvasOf()
const page = { getElementById: (id: string) => (id === 'canv' ? plain : {}) }
const simple = (await cut('react-simple-captcha/react-simple-captcha.js', '{ loadCaptchaEnginge, value: () => captcha_value }', {
  document: page,
  Component: Object,
})) as { loadCaptchaEnginge(...options: unknown[]): void; value(): string }
await set('react-simple-captcha', () => {
  simple.loadCaptchaEnginge(
    chance.whole(4, 8),
    ...(chance.is(0.5) ? ['white', 'black'] : [colour(190, 255), colour(0, 130)]),
    chance.is(0.5) ? '' : pick(['upper', 'lower', 'numbers']),
  )
  return { answer: simple.value(), bytes: png(plain) }
})

await set('react-captcha-code', () => {
  const { default: draw } = load('react-captcha-code/build/cjs/captcha.js') as { default(properties: object): void }
  current = canvasOf()
  const length = chance.is(0.7) ? 4 : chance.whole(4, 6)
  const fontSize = chance.is(0.5) ? 25 : chance.whole(22, 34)
  current.width = chance.is(0.5) ? 25 * length : Math.round(fontSize * length * (0.9 + Math.random() * 0.3))
  current.height = chance.is(0.5) ? 40 : chance.whole(34, 50)
  let answer = ''
  const onChange = (made: string) => (answer = made)
  draw({ width: current.width, height: current.height, charNum: length, fontSize, ...(chance.is(0.5) ? {} : { bgColor: colour(200, 255) }), onChange })
  return { answer, bytes: png(current) }
})

let mounted = () => {}
const vue = {
  defineComponent: (component: unknown) => component,
  useSlots: () => ({}),
  ref: (value?: string) => ({ value: value ?? current }),
  onMounted: (call: () => void) => {
    mounted = call
  },
  watchEffect: () => {},
}
const client = (await cut('vue-client-recaptcha/dist/vue-client-recaptcha.es.js', '_sfc_main', vue)) as {
  props: Record<string, { default: unknown }>
  setup(properties: object, context: object): void
}
await set('vue-client-recaptcha', () => {
  current = canvasOf()
  const properties: Record<string, unknown> = {}
  for (const [name, { default: value }] of Object.entries(client.props)) properties[name] = value
  const length = chance.is(0.6) ? 5 : chance.whole(4, 7)
  Object.assign(properties, { count: length, width: length * 30, textColors: [], hideLines: chance.is(0.2) })
  if (chance.is(0.6)) {
    properties.captchaFont = `${pick(['bold', 'normal', 'italic'])} ${chance.whole(26, 34)}px ${pick(fonts)}`
    properties.textColors = [colour(0, 150), colour(0, 150), colour(0, 150)]
    properties.chars = pick([digits, capitals, small + digits, capitals + small + digits])
  }
  let answer = ''
  client.setup(properties, { expose: () => {}, emit: (event: string, made: string) => (answer = event === 'getCode' ? made : answer) })
  mounted()
  return { answer, bytes: png(current) }
})
