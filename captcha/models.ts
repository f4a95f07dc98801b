import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Trained data for the recogniser: `<folder>/<name>.traineddata.gz`. */
export interface Model {
  readonly name: string
  readonly folder: string
  /** The name of one output of the network as the engine tells it, to what it means: a character, '' for "nothing new", undefined for none. */
  meaning(shown: string): string | undefined
}

/** The characters of our model, in the order of its outputs. */
export const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-*/=?']

/** Beside the sources, and where those are built into dist/ two folders up. */
const ownModels = [join(import.meta.dirname, 'models'), join(import.meta.dirname, '../../captcha/models')]
const ownFolder = ownModels.find((folder) => existsSync(folder)) ?? ownModels[0] ?? ''

/** Our own, trained on captchas (captcha/training/README.md). */
export const captchaModel: Model = { name: 'captcha', folder: ownFolder, meaning: unshifted }

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

/** The characters of the general network, in the order of its outputs after "nothing new". */
export const networkLetters = [...letters, '×', '÷']

/** Its weights (captcha/network.ts), packed. */
export const networkFile = join(ownFolder, 'general.network.gz')

/** The Chinese network's (captcha/chinese-network.ts). */
export const chineseFile = join(ownFolder, 'chinese.network.gz')
