/** Where a delivery that spans several origins has been, by the code of its next hop. In memory; a code lives a minute. */
export class DeliveryHops {
  readonly #visited = new Map<string, readonly string[]>()

  remember(code: string, origins: readonly string[]): void {
    if (this.#visited.size >= most) this.#visited.delete(this.#visited.keys().next().value as string)
    this.#visited.set(code, origins)
  }

  take(code: string): readonly string[] {
    const origins = this.#visited.get(code) ?? []
    this.#visited.delete(code)
    return origins
  }
}

/** Codes that nobody followed; the oldest go. */
const most = 1000
