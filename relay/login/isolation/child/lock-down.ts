import { writeSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import { parseHtml } from '../../browser/html/parse-html.ts'
import { selectByXpath } from '../../browser/selectors/xpath.ts'

/**
 * Globals that an adapter has: the language, addresses, bytes, text, timers. What is not here is gone: `process` could signal other
 * processes, `fetch` and `WebSocket` could go anywhere. Node's permission model knows no network before version 25.
 */
const kept = new Set(
  `globalThis global Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
  Object Function Boolean Symbol Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError Number BigInt Math Date
  String RegExp Array Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array
  Float64Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer DataView Atomics JSON Iterator AsyncIterator Promise Proxy Reflect Intl
  DisposableStack AsyncDisposableStack Temporal Buffer URL URLSearchParams URLPattern TextEncoder TextDecoder atob btoa structuredClone queueMicrotask setTimeout
  clearTimeout setInterval clearInterval setImmediate clearImmediate AbortController AbortSignal Event EventTarget DOMException crypto Crypto CryptoKey
  SubtleCrypto`.split(/\s+/),
)

/** Modules of Node that hold nothing but functions of values. */
const harmless = new Set(['buffer', 'path', 'path/posix', 'querystring', 'url'])

/** What an adapter imports by name, wherever it is: the relay's own copies. */
const provided: Readonly<Record<string, string>> = {
  'login-relay/adapters': new URL(`../../../../adapters/kit/index${extname(import.meta.url)}`, import.meta.url).href,
  zod: import.meta.resolve('zod'),
}

/** The relay's own code: its parts import each other, an adapter imports none but what is provided. */
const ownCode = ['relay/', 'adapters/'].map((folder) => new URL(`../../../../${folder}`, import.meta.url).href)
const isOwn = (url: string | undefined) => url !== undefined && ownCode.some((folder) => url.startsWith(folder))

/** From here on, this process holds only what an adapter may have. */
export function lockDown(): void {
  warmUp()
  registerHooks({
    resolve(specifier, context, next) {
      const own = provided[specifier]
      if (own !== undefined) return { url: own, shortCircuit: true }
      const found = next(specifier, context)
      const [, builtin] = /^node:(.*)$/.exec(found.url) ?? []
      if (builtin !== undefined && harmless.has(builtin)) return found
      if (!found.url.startsWith('file:') || (isOwn(found.url) && !isOwn(context.parentURL)))
        throw new Error(`an adapter cannot import ${specifier}: it has no files, no network and no processes but what its context gives`)
      return found
    },
    load(url, context, next) {
      if (url.startsWith('node:') || Object.values(provided).includes(url)) return next(url, context)
      // CommonJS would bring `require` and `module` with it.
      return next(url, { ...context, format: /\.[cm]?ts$/.test(url) ? 'module-typescript' : 'module' })
    },
  })
  Object.defineProperty(globalThis, 'console', { value: console() })
  for (const name of Reflect.ownKeys(globalThis))
    if (typeof name === 'string' && name !== 'console' && !kept.has(name)) Reflect.deleteProperty(globalThis, name)
}

/** Libraries that load themselves late would find nothing to load themselves from. */
function warmUp(): void {
  selectByXpath(parseHtml('').root, '//html')
  stripTypeScriptTypes('const one: number = 1')
}

/** Writes to standard error, of which the relay keeps the last lines for its log. */
function console(): object {
  const say = (...given: unknown[]) => void writeSync(2, `${given.map(String).join(' ').slice(0, 2000)}\n`)
  return Object.freeze({ log: say, info: say, warn: say, error: say, debug: say })
}
