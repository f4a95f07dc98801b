import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { RelayError } from '../relay/errors.ts'
import type { Step } from './decoding/beam.ts'
import type { Weights } from './decoding/calibration.ts'
import { captchaModel, type Models, modelFiles, ownModels } from './engine/models.ts'
import { checkTrainedData } from './engine/trained-data.ts'
import { chineseHeight, chineseWidth, loadChineseNetwork } from './network/chinese-layers.ts'
import { loadNetwork } from './network/network.ts'
import { planesHeight, planesWidth } from './network/planes.ts'

/** What confidence is worth with these models, as captcha/training/calibrate.ts writes it. */
export const calibrationFile = 'calibration.json'

/** Unpacked, no model comes near it. */
const mostBytes = 64 * 1024 * 1024

const numbers = z.array(z.number()).min(4).max(5)
const weightsForm = z.strictObject({ first: numbers, second: numbers, further: numbers, chinese: numbers })

const checks: Readonly<Record<keyof typeof modelFiles, (bytes: Buffer) => void>> = {
  captcha: checkTrainedData,
  general: (bytes) => checkReads(loadNetwork(bytes), planesWidth * planesHeight * 3, 128),
  chinese: (bytes) => checkReads(loadChineseNetwork(bytes), chineseWidth * chineseHeight, 255),
}

/**
 * Models of one's own: a folder with any of the files that captcha/training writes, under the same names. What it lacks is taken from
 * those that come with login-relay. Throws `captcha_models_invalid` where there is none, and for one that is damaged, of another
 * network, or called by a name that nothing reads.
 */
export async function openModels(folder: string): Promise<Models> {
  const invalid = (reason: string, cause?: unknown): RelayError =>
    new RelayError('captcha_models_invalid', { params: { folder, reason }, ...(cause === undefined ? {} : { cause }) })

  const names = await readdir(folder).catch((error: unknown) => {
    throw invalid('it is no folder that can be read', error)
  })
  const known: readonly string[] = Object.values(modelFiles)
  const stranger = names.find((name) => /\.(network|traineddata)(\.gz)?$/.test(name) && !known.includes(name))
  if (stranger !== undefined) throw invalid(`${stranger} is no name of a model; models are called ${known.join(', ')}`)
  const there = (Object.keys(modelFiles) as (keyof typeof modelFiles)[]).filter((model) => names.includes(modelFiles[model]))
  if (there.length === 0) throw invalid(`it holds no model; models are called ${known.join(', ')}`)
  for (const model of there) {
    const file = modelFiles[model]
    const packed = await readFile(join(folder, file)).catch((error: unknown) => {
      throw invalid(`${file} cannot be read`, error)
    })
    const bytes = await promisify(gunzip)(packed, { maxOutputLength: mostBytes }).catch((error: unknown) => {
      throw invalid(`${file} is damaged`, error)
    })
    try {
      checks[model](bytes)
    } catch (error) {
      throw invalid(`${file} is not such a model as captcha/training makes`, error)
    }
  }
  const has = (model: keyof typeof modelFiles): boolean => there.includes(model)
  return {
    captcha: has('captcha') ? captchaModel(folder) : ownModels.captcha,
    general: has('general') ? join(folder, modelFiles.general) : ownModels.general,
    chinese: has('chinese') ? join(folder, modelFiles.chinese) : ownModels.chinese,
    weights: names.includes(calibrationFile) ? await loadWeights() : ownModels.weights,
  }

  async function loadWeights(): Promise<Weights> {
    try {
      return weightsForm.parse(JSON.parse(await readFile(join(folder, calibrationFile), 'utf8')))
    } catch (error) {
      throw invalid(`${calibrationFile} is not what captcha/training/calibrate.ts writes`, error)
    }
  }
}

/** Has blank paper read, and paper covered with all shades: other bytes of the right size give no shares of one whole, or what is no number. */
function checkReads(read: (input: Uint8Array) => readonly Step[], size: number, blank: number): void {
  for (const step of read(new Uint8Array(size).fill(blank))) {
    const total = [...step.values()].reduce((sum, share) => sum + share, 0)
    if (!(total > 0.5 && total < 1.0001)) throw new Error('blank paper is read as no probability')
  }
  read(Uint8Array.from({ length: size }, (_, at) => (at * 37) % 256))
}
