import t, { type Test } from 'tap'
import { startHttp2BusinessSite } from '../proxy/http2/http2-business-site.ts'
import { answersIn, dialProxy, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { type SeenRequest, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, type SiteServer, startHouse } from '../proxy/start-house.ts'
import { readVectors, vectorsMissing } from './vectors.ts'

interface Mutation {
  readonly id: string
  /** One field line. */
  readonly header_latin1: string
  readonly expect: 'refuse' | 'chunked' | 'other-header' | 'normalise'
}

interface Attack {
  readonly mutation: Mutation
  /** How the body is meant to be read in two ways. */
  readonly way: 'CL.TE' | 'TE.CL'
}

interface Attacked extends SiteServer {
  readonly requests: readonly Pick<SeenRequest, 'method' | 'target' | 'fields' | 'field'>[]
  /** Undefined: frames are never broken. */
  readonly broken?: readonly string[]
}

const skip = vectorsMissing('http1-desync')
const side = 60

/** Ways to a site, and the site. */
const ways: Readonly<Record<string, (t: Test) => Promise<Attacked>>> = {
  'inside an intercepted tunnel': (t) => startRecordingOrigin(t),
  'in absolute-form': (t) => startRecordingOrigin(t, { scheme: 'http' }),
  'inside a tunnel to a site of HTTP/2': (t) => startHttp2BusinessSite(t),
}

for (const [where, start] of Object.entries(ways)) {
  t.test(`no mutation of Transfer-Encoding lets a request be read in two ways, ${where}`, { skip }, async (t) => {
    const origin = await start(t)
    const house = await startHouse(t, { origins: [origin] })
    // What is refused is refused whatever the site speaks.
    const isOfInterest = ({ expect }: Mutation): boolean => origin.broken !== undefined || expect === 'other-header' || expect === 'normalise'
    const mutations = readVectors<Mutation[]>('http1-desync/transfer-encoding-mutations.json').filter(isOfInterest)
    const attacks = mutations.flatMap((mutation): Attack[] => [
      { mutation, way: 'CL.TE' },
      { mutation, way: 'TE.CL' },
    ])
    const failures: string[] = []
    const next = async (): Promise<void> => {
      for (let attack = attacks.pop(); attack !== undefined; attack = attacks.pop()) {
        const problem = await problemOf(house, origin, attack)
        if (problem !== undefined) failures.push(`${attack.mutation.id} ${attack.way}: ${problem}`)
      }
    }
    await Promise.all(Array.from({ length: side }, next))
    t.same(failures, [])
    t.same(origin.broken ?? [], [], 'the origin read whole requests only')
    checkOrigin(t, origin)
  })
}

/** Every request the origin saw was made by the relay out of one whole request of a client. */
function checkOrigin(t: Test, origin: Attacked): void {
  const strange = origin.requests.filter(({ target, field }) => !/^\/(first|second)\//.test(target) || field('via') !== '1.1 login-relay')
  t.same(
    strange.map(({ method, target }) => `${method} ${target}`),
    [],
    'none of them is a smuggled one',
  )
  const twofold = origin.requests.filter(({ fields }) => fields.filter(([name]) => /transfer.encoding|content-length/.test(name)).length > 1)
  t.same(
    twofold.filter(({ field }) => field('transfer-encoding') !== undefined && field('content-length') !== undefined),
    [],
    'none has two lengths',
  )
}

/** What went wrong with one attack; undefined: it came to nothing. */
async function problemOf(house: House, origin: Attacked, attack: Attack): Promise<string | undefined> {
  const { mutation } = attack
  const name = `${encodeURIComponent(mutation.id)}/${attack.way}`
  const socket = origin.ca === undefined ? await dialProxy(house.access) : await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(bytesOf(house, origin, attack, name), 'latin1')
  const { text, ended } = await readAll(socket, { ms: 10_000, until: (text) => text.includes(`GET /second/${name} `) })
  const answers = answersIn(text)
  const [first] = answers
  const reached = origin.requests.some(({ target }) => target.endsWith(name))
  const smuggled = answers.find(({ body }) => body.includes('smuggled'))
  if (smuggled !== undefined) return `an answer to what was smuggled: ${smuggled.body}`
  switch (mutation.expect) {
    case 'refuse':
    case 'chunked':
      // With Content-Length beside it the ordinary field is refused too.
      if (first?.status !== 400) return `not refused: ${text.slice(0, 60)}`
      if (reached) return 'a part of it reached the origin'
      return ended && answers.length === 1 ? undefined : 'the connection stayed open'
    case 'other-header':
    case 'normalise':
      if (first?.status === 400) return reached ? 'refused, and yet it reached the origin' : undefined
      return first?.body.startsWith(`POST /first/${name} `) ? undefined : `the first answer is not the first request's: ${text.slice(0, 80)}`
    default:
      return mutation.expect satisfies never
  }
}

/** The mutated request, which hides another one, and a plain one after it. */
function bytesOf(house: House, origin: Attacked, { mutation, way }: Attack, name: string): string {
  const prefix = origin.ca === undefined ? origin.origin : ''
  const fields = [`Host: ${origin.host}`, ...(prefix === '' ? [] : [`Proxy-Authorization: ${house.access.authorization}`])]
  // Read by its Content-Length, TE.CL leaves this as the next message: one that is no request.
  const hidden = `${way === 'CL.TE' ? 'GET' : 'GPOST'} ${prefix}/smuggled HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`
  const body = way === 'CL.TE' ? `0\r\n\r\n${hidden}` : `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
  const length = way === 'CL.TE' ? body.length : `${hidden.length.toString(16)}\r\n`.length
  const first = [`POST ${prefix}/first/${name} HTTP/1.1`, ...fields, `Content-Length: ${length}`, mutation.header_latin1, '', body].join('\r\n')
  return `${first}GET ${prefix}/second/${name} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`
}
