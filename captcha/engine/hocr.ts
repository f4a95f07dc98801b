import type { Step } from '../decoding/beam.ts'

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/**
 * The network's output at every place along the line, from hOCR written with `lstm_choice_mode=1`: a `timestep` span each,
 * and in it a `choice` span for every character of one percent or more. `meaning` translates what the engine calls a character.
 */
export function stepsOf(hocr: string, meaning: (shown: string) => string | undefined): Step[] {
  const steps: Map<string, number>[] = []
  for (const [, step, confidence = '', character = ''] of hocr.matchAll(
    /<span class='ocrx_cinfo' id='(?:(timestep)[^']*'>|choice[^']*' title='x_confs ([\d.]+)'>([^<]*)<)/g,
  )) {
    if (step !== undefined) steps.push(new Map())
    else {
      const means = meaning(character.replace(/&([^;]+);/g, (whole, name: string) => named[name] ?? whole))
      if (means !== undefined) steps.at(-1)?.set(means, Number(confidence) / 100)
    }
  }
  return steps
}
