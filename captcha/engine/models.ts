import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Weights } from '../decoding/calibration.ts'
import { weights } from '../decoding/calibration-weights.ts'

/** Trained data for the recogniser: `<folder>/<name>.traineddata.gz`. */
export interface Model {
  readonly name: string
  readonly folder: string
  /** The name of one output of the network as the engine tells it, to what it means: a character, '' for "nothing new", undefined for none. */
  meaning(shown: string): string | undefined
}

/** What reading needs besides its code: three models, and what their confidence is worth. */
export interface Models {
  /** For svg-captcha's own font. */
  readonly captcha: Model
  /** The packed weights of the general network (network.ts) and of the Chinese one (chinese-layers.ts). */
  readonly general: string
  readonly chinese: string
  readonly weights: Weights
}

/** What each model is called in its folder (captcha/training writes them). */
export const modelFiles = { captcha: 'captcha.traineddata.gz', general: 'general.network.gz', chinese: 'chinese.network.gz' } as const

/** The characters of our model, in the order of its outputs. */
export const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-*/=?']

/** The characters of the general network, in the order of its outputs after "nothing new". */
export const networkLetters = [...letters, '×', '÷']

/** Beside the sources, and where those are built into dist/ two folders up. */
const folders = [join(import.meta.dirname, '../models'), join(import.meta.dirname, '../../../captcha/models')]
const ownFolder = folders.find((folder) => existsSync(folder)) ?? folders[0] ?? ''

/** Outlines of letters (shapes/known-fonts.ts). */
export const shapesFile = join(ownFolder, 'shapes.gz')

/** Those that come with every installation (captcha/training/README.md). */
export const ownModels: Models = {
  captcha: captchaModel(ownFolder),
  general: join(ownFolder, modelFiles.general),
  chinese: join(ownFolder, modelFiles.chinese),
  weights,
}

/** A model for tesseract with our letters. */
export function captchaModel(folder: string): Model {
  return { name: 'captcha', folder, meaning: unshifted }
}

/**
 * tesseract 5.1 names output i of a model whose outputs are its characters by character i+2
 * (RecodeBeamSearch::SaveMostCertainChoices), and has no name for the last two. The three before the letters are space,
 * joined and "nothing new", so "nothing new" is shown as `B`, `A` as `C`; `=` and `?`, which end a sum and change nothing, as one.
 */
function unshifted(shown: string): string | undefined {
  if (shown === '') return '='
  const at = letters.indexOf(shown)
  return at === 1 ? '' : letters[at - 2]
}
