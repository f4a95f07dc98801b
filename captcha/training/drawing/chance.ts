/** Draws from one source of random numbers. */
export interface Chance {
  /** A number from `low` to `high`. */
  real(low: number, high: number): number
  /** A whole number from `low` to `high`, both possible. */
  whole(low: number, high: number): number
  /** True with this probability. */
  is(probability: number): boolean
  one<T>(choices: readonly T[]): T
  /** One of the choices, each as likely as its weight. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T
}

export function chanceOf(random: () => number): Chance {
  const real = (low: number, high: number): number => low + random() * (high - low)
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
  return {
    real,
    whole,
    one,
    is: (probability) => random() < probability,
    weighted(choices) {
      let left = random() * choices.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [choice, weight] of choices) {
        left -= weight
        if (left < 0) return choice
      }
      return (choices.at(-1) as (typeof choices)[number])[0]
    },
  }
}
