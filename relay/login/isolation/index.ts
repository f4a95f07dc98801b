/**
 * Isolation: an adapter of one's own runs in a process of its own, which can read no file, start nothing, reach no network and see no
 * environment. It speaks to the relay by lines of JSON alone; each is checked, and its objects are numbers of what this sign-in was given.
 *
 * Refuses: a message of another shape, another call's secret or page, to wait for an adapter that computes without end, memory without bound.
 */
export { type Isolated, isolate } from './isolated-adapter.ts'
export type { IsolationLimits } from './limits.ts'
