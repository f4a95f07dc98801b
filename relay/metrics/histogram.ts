import type { Family } from './family.ts'

/** Counts of durations by upper bound. `observe` is a walk over few numbers: it runs for every proxied request. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** `bounds`: milliseconds, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(milliseconds: number): void {
    let at = 0
    while (at < this.#bounds.length && milliseconds > (this.#bounds[at] as number)) at++
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#sum += milliseconds
  }

  /** In seconds, the base unit of Prometheus. */
  family(name: Family['name'], help: string): Family {
    let total = 0
    const buckets = this.#counts.map((count, at) => {
      total += count
      const bound = this.#bounds[at]
      return { suffix: '_bucket', labels: { le: bound === undefined ? '+Inf' : String(bound / 1000) }, value: total }
    })
    return { name, help, type: 'histogram', samples: [...buckets, { suffix: '_sum', value: this.#sum / 1000 }, { suffix: '_count', value: total }] }
  }
}
