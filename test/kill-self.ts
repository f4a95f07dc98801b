/**
 * For programs that tests of kill -9 run in a process of their own: kills this process before calls of rooms, or when what they did is durable. A
 * moment is `before METHOD` or `after METHOD`; calls beyond the first are named by their number: `after METHOD 2`.
 */
export class KillSelf {
  readonly #moment: string

  constructor(moment: string) {
    this.#moment = moment
  }

  watch<T extends object>(room: T, method: keyof T & string): void {
    const own = room[method] as (...given: unknown[]) => Promise<unknown>
    let calls = 0
    const die = (at: string): void => {
      if (at === this.#moment) process.kill(process.pid, 'SIGKILL')
    }
    Object.assign(room, {
      async [method](...given: unknown[]) {
        const call = ++calls === 1 ? method : `${method} ${calls}`
        die(`before ${call}`)
        const result = await own.apply(room, given)
        die(`after ${call}`)
        return result
      },
    })
  }
}
