/** A thread that runs one of our networks: takes inputs one after the other, gives what it saw along each. */

import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { loadChineseNetwork } from './chinese-network.ts'
import { chineseFile, networkFile } from './models.ts'
import { loadNetwork } from './network.ts'

/** `general`: letters, digits and sums of any style. `chinese`: Chinese characters. */
export type NetworkName = 'general' | 'chinese'

const [file, load] = (workerData as NetworkName) === 'chinese' ? [chineseFile, loadChineseNetwork] : [networkFile, loadNetwork]
const run = load(gunzipSync(readFileSync(file)))
parentPort?.on('message', (input: Uint8Array) => parentPort?.postMessage(run(input)))
