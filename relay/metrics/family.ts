/** One value of a metric, told apart from its siblings by its labels. */
export interface Sample {
  /** What stands after the family's name: `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric as Prometheus names it. Labels take few values, none of them a client's address, a user or an account. */
export interface Family {
  readonly name: `login_relay_${string}` | `process_${string}`
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly Sample[]
}

/** A family of one value. */
export function single(name: Family['name'], type: 'counter' | 'gauge', help: string, value: number): Family {
  return { name, type, help, samples: [{ value }] }
}

/** A family with one label. */
export function labelled(
  name: Family['name'],
  type: 'counter' | 'gauge',
  help: string,
  label: string,
  values: Iterable<readonly [label: string, value: number]>,
): Family {
  return { name, type, help, samples: [...values].map(([text, value]) => ({ labels: { [label]: text }, value })) }
}
