/** A thread that runs our networks: takes inputs one after the other, gives what the network asked for saw along each. */

import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import type { Step } from '../decoding/beam.ts'
import type { Models } from '../engine/models.ts'
import { loadChineseNetwork } from './chinese-layers.ts'
import { loadNetwork } from './network.ts'

/** `general`: letters, digits and sums of any style. `chinese`: Chinese characters. */
export type NetworkName = 'general' | 'chinese'

export interface NetworkInput {
  readonly network: NetworkName
  readonly values: Uint8Array
}

/** Where the weights are. */
export type NetworkFiles = Pick<Models, NetworkName>

const files: NetworkFiles = workerData
const general = loadNetwork(gunzipSync(readFileSync(files.general)))
let chinese: ((values: Uint8Array) => Step[]) | undefined

/** Loaded when it is first asked: most sites never show Chinese characters. */
function loadedChinese(): (values: Uint8Array) => Step[] {
  chinese ??= loadChineseNetwork(gunzipSync(readFileSync(files.chinese)))
  return chinese
}

parentPort?.on('message', ({ network, values }: NetworkInput) => parentPort?.postMessage(network === 'general' ? general(values) : loadedChinese()(values)))
parentPort?.postMessage('ready')
