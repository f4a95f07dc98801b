/** One rule of a policy: pure, and able to say what it holds. */
export interface Rule<Question> {
  /** Stable: logs, tests and scripts name rules by it. */
  readonly id: string
  readonly allowed: boolean
  /** In words a person can read. */
  readonly reason: string
  readonly matches: (question: Question) => boolean
}

export interface Decision {
  readonly allowed: boolean
  /** Which rule decided. */
  readonly rule: string
  /** What that rule says, in words a person can read. */
  readonly reason: string
}

/** The verdict of the first rule that matches; what no rule allows is refused. */
export function firstMatch<Question>(rules: readonly Rule<Question>[], question: Question): Decision {
  const rule = rules.find(({ matches }) => matches(question))
  if (rule === undefined) return { allowed: false, rule: 'default', reason: 'no rule allows it' }
  return { allowed: rule.allowed, rule: rule.id, reason: rule.reason }
}

/** A decision, or a rule, as one line: `refused by not-owner: the account belongs to someone else`. */
export function explain(decision: Decision | Rule<never>): string {
  return `${decision.allowed ? 'allowed' : 'refused'} by ${'id' in decision ? decision.id : decision.rule}: ${decision.reason}`
}
