import { existsSync } from 'node:fs'

/** Debian's, by package: the clients that people use a proxy with. */
const places = { wget: '/usr/bin/wget', 'python3-requests': '/usr/lib/python3/dist-packages/requests' } as const

/** Debian's packages of clients that are not here. */
export function missingTools(): string[] {
  return Object.entries(places).flatMap(([name, place]) => (existsSync(place) ? [] : [name]))
}

/** Why a test of this client is skipped; false: it is here. */
export function withoutTool(name: keyof typeof places): string | false {
  return existsSync(places[name]) ? false : `${name} is not here (Debian: apt-get install ${name})`
}
