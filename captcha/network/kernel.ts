/**
 * The inner loop of a convolution as WebAssembly, put together here from its instructions: JavaScript has no arithmetic on several numbers at a
 * time, and this loop is most of the time a look takes. It makes eight outputs at a row of places, four places at a time: so many sums are under
 * way at once that none is waited for. Whole numbers of 16 bits are multiplied eight at a time and added two by two in one instruction, floats
 * but four. What a sum is worth is said by `unit` and the output's own scale; its bias is added. It is written where it is larger than what stands there:
 * places that write to the same keep the largest.
 */

const [i32, f32, v128] = [0x7f, 0x7d, 0x7b]
/** Parameters, then the loop's own variables. */
const [input, weights, worth, runs, length, apart, step, width, out, odd, even, unit] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
const [from, left, at, end, weight, x, firstFour, otherFour, sums] = [12, 13, 14, 15, 16, 17, 18, 19, 20]

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const whole = (value: number): number[] => [0x41, ...signed(value)]
const add = [0x6a]
const times = [0x6c]
const advance = (local: number, by: readonly number[]): number[] => [...get(local), ...by, ...add, ...set(local)]
const loop = (body: readonly number[]): number[] => [0x03, 0x40, ...body, 0x0b]
const againIf = [0x0d, 0]
const lessThan = [0x48]
const load = (offset: number): number[] => [0xfd, 0x00, 2, offset]
const loadForAll = [0xfd, 0x09, 2, 0]
const store = (offset: number): number[] => [0xfd, 0x0b, 2, offset]
const wholeForAll = [0xfd, 0x11]
const forAll = [0xfd, 0x13]
const productsInPairs = [0xfd, 0xba, 0x01]
const plusWhole = [0xfd, 0xae, 0x01]
const asFloats = [0xfd, 0xfa, 0x01]
const plus = [0xfd, 0xe4, 0x01]
const product = [0xfd, 0xe6, 0x01]
const larger = [0xfd, 0xe9, 0x01]
const places = [0, 1, 2, 3]
const halves = [0, 1]
const sumOf = (place: number, half: number): number => sums + 2 * place + half

const code = loop([
  ...places.flatMap((place) => halves.flatMap((half) => [...whole(0), ...wholeForAll, ...set(sumOf(place, half))])),
  ...[...get(weights), ...set(weight), ...get(input), ...set(from), ...get(runs), ...set(left)],
  ...loop([
    ...[...get(from), ...set(at), ...get(from), ...get(length), ...add, ...set(end)],
    ...loop([
      ...[...get(weight), ...load(0), ...set(firstFour), ...get(weight), ...load(16), ...set(otherFour)],
      ...places.flatMap((place) => [
        ...[...get(at), ...get(step), ...whole(place), ...times, ...add, ...loadForAll, ...set(x)],
        ...halves.flatMap((half) => [
          ...[...get(sumOf(place, half)), ...get(x), ...get(half === 0 ? firstFour : otherFour)],
          ...[...productsInPairs, ...plusWhole, ...set(sumOf(place, half))],
        ]),
      ]),
      ...advance(weight, whole(32)),
      ...advance(at, whole(4)),
      ...[...get(at), ...get(end), ...lessThan, ...againIf],
    ]),
    ...advance(from, get(apart)),
    ...advance(left, whole(-1)),
    ...[...whole(0), ...get(left), ...lessThan, ...againIf],
  ]),
  ...places.flatMap((place) => [
    ...halves.flatMap((half) => [
      ...[...get(out), ...get(sumOf(place, half)), ...asFloats, ...get(unit), ...forAll, ...product],
      ...[...get(worth), ...load(16 * half), ...product, ...get(worth), ...load(32 + 16 * half), ...plus],
      ...[...get(out), ...load(16 * half), ...larger, ...store(16 * half)],
    ]),
    ...advance(out, get(place % 2 === 0 ? odd : even)),
  ]),
  ...[...get(input), ...get(step), ...whole(4), ...times, ...add, ...set(input)],
  ...advance(width, whole(-4)),
  ...[...whole(0), ...get(width), ...lessThan, ...againIf],
])

/** A number as LEB128, the way WebAssembly writes numbers. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body]
const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
const locals = [2, 5, i32, 11, v128]
const binary = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 12, ...Array.from({ length: 11 }, () => i32), f32, 0]),
  ...section(2, [1, ...text('m'), ...text('m'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...text('multiply'), 0, 0]),
  ...section(10, [1, ...unsigned(locals.length + code.length + 1), ...locals, ...code, 0x0b]),
]

/** As much of the standard's interface as is used here: the compiler knows it only from a browser's library. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => Memory
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: { m: { m: Memory } }) => { readonly exports: { readonly multiply: Multiply } }
}

interface Memory {
  readonly buffer: ArrayBuffer
}

/**
 * All but `unit` are counts and bytes, into the memory or from one to the next. What a place sees are `runs` of `length` bytes, each `apart` from
 * the one before; what the next place sees begins `step` further on. Values are whole numbers of 16 bits, two to a word. At `weights` stand for each
 * word of a place the pairs of eight outputs, at `worth` the outputs' scales (float32), then their biases. `width`, a multiple of four, is the number
 * of places. Eight float32 of the first go to `out`, those of each next one `odd` or, after each second one, `even` bytes further on.
 */
export type Multiply = (
  input: number,
  weights: number,
  worth: number,
  runs: number,
  length: number,
  apart: number,
  step: number,
  width: number,
  out: number,
  odd: number,
  even: number,
  unit: number,
) => void

/** The loop on so many bytes of memory of its own. */
export function kernelOn(bytes: number): { readonly memory: ArrayBuffer; readonly multiply: Multiply } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(binary)), { m: { m: memory } })
  return { memory: memory.buffer, multiply: exports.multiply }
}
