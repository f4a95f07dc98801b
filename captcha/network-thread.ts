/** A thread that runs the general network: takes inputs one after the other, gives what it saw along each. */

import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { loadNetwork } from './network.ts'

const run = loadNetwork(gunzipSync(readFileSync((workerData as { file: string }).file)))
parentPort?.on('message', (planes: Uint8Array) => parentPort?.postMessage(run(planes)))
