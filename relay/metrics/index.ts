/**
 * Metrics: counting what happens and telling it the way Prometheus reads it.
 *
 * Refuses nothing; it holds counts alone: no address, user, account or secret is a label. Rooms count for themselves and give
 * their families when they are asked. Keeps law 1.
 */
export { exposition, expositionType } from './exposition.ts'
export { type Family, labelled, single } from './family.ts'
export { Histogram } from './histogram.ts'
export { processFamilies } from './process-families.ts'
export type { TrafficFigures } from './traffic-figures.ts'
