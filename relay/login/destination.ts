import type { Site } from '../accounts/index.ts'
import type { Destination } from '../outbound/index.ts'

export function destinationOf({ id, origins, networks, ca }: Site): Destination {
  return { id, origins, networks, ...(ca === undefined ? {} : { ca }) }
}
