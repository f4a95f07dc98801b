import { explainTerms, type Grant } from '../../../control/index.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'

/** The terms of a grant, each in words. `names`: of users by id. */
export function termWords(grant: Grant, names: (id: string) => string): Html[] {
  return explainTerms(grant, names).map(
    ({ says, of, at }) => html`${says}${of !== undefined && html` <bdi>${of}</bdi>`}${at !== undefined && html` ${moment(at)}`}`,
  )
}

/** `, ` between them. */
export function joined(words: readonly Html[]): Html {
  return html`${words.map((one, index) => html`${index > 0 && ', '}${one}`)}`
}
