/**
 * Steps: a sign-in written as a list, for people who do not program. This half runs the list, in the process of an adapter of one's own: an
 * XPath or a selector that takes for ever takes that process's time, not the relay's.
 */
export { stepsAdapter } from './steps-adapter.ts'
