/**
 * The inner loop of a convolution as WebAssembly, put together here from its instructions: JavaScript has no arithmetic on four numbers at a
 * time, and this loop is nearly all the time a read takes. It multiplies a patch of four places (`taps` times four values, the four places'
 * side by side) by the weights of each output (eight outputs' side by side: so many sums are under way at once that none is waited for), adds
 * biases, keeps what is above `floor`.
 */

const [i32, f32, v128] = [0x7f, 0x7d, 0x7b]
/** Parameters, then the loop's own variables. */
const [patch, weights, biases, taps, outputs, out, floor, at, end, stride, to, x, sums] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

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
const loadForAll = (offset: number): number[] => [0xfd, 0x09, 2, offset]
const forAll = [0xfd, 0x13]
const lane = (index: number): number[] => [0xfd, 0x1f, index]
const plus = [0xfd, 0xe4, 0x01]
const product = [0xfd, 0xe6, 0x01]
const larger = [0xfd, 0xe9, 0x01]
const store = (offset: number): number[] => [0x38, 2, offset]
const places = [0, 1, 2, 3]
const group = [0, 1, 2, 3, 4, 5, 6, 7]

const code = [
  ...[...get(outputs), ...whole(4), ...times, ...set(stride)],
  ...[...get(patch), ...get(taps), ...whole(16), ...times, ...add, ...set(end)],
  ...loop([
    ...group.flatMap((output) => [...get(biases), ...loadForAll(4 * output), ...set(sums + output)]),
    ...[...get(patch), ...set(at)],
    ...loop([
      ...[...get(at), ...load(0), ...set(x)],
      ...group.flatMap((output) => [...get(sums + output), ...get(x), ...get(weights), ...loadForAll(4 * output), ...product, ...plus, ...set(sums + output)]),
      ...advance(weights, whole(32)),
      ...advance(at, whole(16)),
      ...[...get(at), ...get(end), ...lessThan, ...againIf],
    ]),
    ...group.flatMap((output) => [...get(sums + output), ...get(floor), ...forAll, ...larger, ...set(sums + output)]),
    ...[...get(out), ...set(to)],
    ...places.flatMap((place) => [
      ...group.flatMap((output) => [...get(to), ...get(sums + output), ...lane(place), ...store(4 * output)]),
      ...advance(to, get(stride)),
    ]),
    ...advance(biases, whole(32)),
    ...advance(out, whole(32)),
    ...advance(outputs, whole(-8)),
    ...[...whole(0), ...get(outputs), ...lessThan, ...againIf],
  ]),
  0x0b,
]

/** A number as LEB128, the way WebAssembly writes numbers. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body]
const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
const locals = [3, 4, i32, 1, v128, group.length, v128]
const binary = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 7, i32, i32, i32, i32, i32, i32, f32, 0]),
  ...section(2, [1, ...text('m'), ...text('m'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...text('multiply'), 0, 0]),
  ...section(10, [1, ...unsigned(locals.length + code.length), ...locals, ...code]),
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

/** All but the floor are bytes into the memory, and counts; `outputs` is a multiple of eight. */
export type Multiply = (patch: number, weights: number, biases: number, taps: number, outputs: number, out: number, floor: number) => void

/** The loop on so many bytes of memory of its own. */
export function kernelOn(bytes: number): { readonly memory: Float32Array<ArrayBuffer>; readonly multiply: Multiply } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(binary)), { m: { m: memory } })
  return { memory: new Float32Array(memory.buffer), multiply: exports.multiply }
}
