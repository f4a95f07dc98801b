import { presentActor } from '../../audit/index.ts'
import type { Route } from '../../outbound/index.ts'

/** The way of a session that begins now, to a site that has endpoints: for the client of who asked; undefined, the relay itself has. */
export function beginRoute(): Route {
  const client = presentActor()?.from?.address
  return { ...(client === undefined ? {} : { client }), endpoint: undefined }
}
