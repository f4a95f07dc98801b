import { z } from 'zod'
import { nearest, readYaml, schemaProblem, type YamlFile } from '../../../config/index.ts'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Site } from '../contract.ts'
import { cookieKinds } from '../rules/cookie-rules.ts'
import { checkSite } from '../rules/site-rules.ts'

const names = z.array(z.string())
const seen = z.strictObject({
  page: z.string(),
  title: z.string(),
  charset: z.string(),
  auth: names.optional(),
  form: z.strictObject({ name: z.string().optional(), method: z.enum(['get', 'post']), action: z.string() }).optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  captcha: z.string().optional(),
  captchaImage: z.boolean().optional(),
  code: z.string().optional(),
  remember: names.optional(),
  consent: names.optional(),
  csrf: names.optional(),
  hidden: names.optional(),
  api: z.string().optional(),
  namesChange: z.boolean().optional(),
})

/** One file of the folder of sites; its name is the site's id. */
const declaration = z.strictObject({
  login: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2048),
  landing: z.string().min(1).max(2048).optional(),
  origins: z.array(z.string()).min(1, 'must name at least one origin'),
  networks: z.array(z.enum(['public', 'private', 'loopback'])).min(1),
  adapter: z.string().min(1).default('form'),
  settings: z.record(z.string(), z.unknown()).default({}),
  delivery: z.enum(['attach', 'handoff']).default('attach'),
  cookies: z.record(z.string(), z.enum(cookieKinds)).optional(),
  denyPaths: z.strictObject({ paths: z.array(z.string()), owner: z.boolean().optional() }).optional(),
  keepAlive: z.strictObject({ everyMinutes: z.int(), hours: z.int(), page: z.string().optional() }).optional(),
  upstreamProxy: z.string().optional(),
  endpoints: z.array(z.strictObject({ address: z.string(), clients: names.optional() })).optional(),
  health: z.strictObject({ path: z.string().optional(), everySeconds: z.int().default(15) }).optional(),
  ca: z.string().optional(),
  seen: seen.optional(),
})

export type Declaration = z.infer<typeof declaration>

/** What the settings of an adapter may be; undefined: there is no such adapter. */
export interface AdapterRules {
  schemaOf(adapter: string): z.ZodType | undefined
  adapterNames(): readonly string[]
}

/** The site that a file declares. `declaration_invalid` with file, line and key. */
export function readDeclaration(id: string, path: string, text: string, adapters: AdapterRules): Omit<Site, 'createdAt'> {
  const file = parseFile(path, text)
  const parsed = declaration.safeParse(file.values)
  if (!parsed.success) throw invalid(file, schemaProblem(declaration, parsed.error))
  checkAdapter(file, parsed.data, adapters)
  try {
    return checkSite(siteOf(id, parsed.data))
  } catch (error) {
    if (!isRelayError(error, 'bad_request')) throw error
    throw invalid(file, { keys: [keyMeant(String(error.params.problem))], problem: String(error.params.problem) })
  }
}

export function declarationOf(site: Omit<Site, 'createdAt'>): Declaration {
  const {
    loginUrl,
    landingUrl,
    origins,
    networks,
    adapter,
    settings,
    delivery,
    cookies,
    denyPaths,
    keepAlive,
    upstreamProxy,
    endpoints,
    health,
    ca,
    seen: lastSeen,
  } = site
  return {
    login: loginUrl,
    ...(landingUrl === undefined ? {} : { landing: landingUrl }),
    origins: [...origins],
    networks: [...networks],
    adapter,
    settings: structuredClone(settings) as Record<string, unknown>,
    delivery,
    ...(cookies === undefined ? {} : { cookies: { ...cookies } }),
    ...(denyPaths === undefined ? {} : { denyPaths: { ...denyPaths, paths: [...denyPaths.paths] } }),
    ...(keepAlive === undefined ? {} : { keepAlive: { ...keepAlive } }),
    ...(upstreamProxy === undefined ? {} : { upstreamProxy }),
    ...(endpoints === undefined ? {} : { endpoints: structuredClone(endpoints) as NonNullable<Declaration['endpoints']> }),
    ...(health === undefined ? {} : { health: { ...health } }),
    ...(ca === undefined ? {} : { ca }),
    ...(lastSeen === undefined ? {} : { seen: structuredClone(lastSeen) as NonNullable<Declaration['seen']> }),
  }
}

function siteOf(id: string, { login, landing, ...rest }: Declaration): Omit<Site, 'createdAt'> {
  const { ca, cookies, denyPaths, keepAlive, upstreamProxy, endpoints, health, seen: lastSeen, ...plain } = rest
  return {
    id,
    loginUrl: new URL(login).href,
    ...(landing === undefined ? {} : { landingUrl: landing }),
    ...plain,
    ...(keepAlive === undefined ? {} : { keepAlive: keepAlive as NonNullable<Site['keepAlive']> }),
    ...(cookies === undefined ? {} : { cookies }),
    ...(denyPaths === undefined ? {} : { denyPaths: denyPaths as NonNullable<Site['denyPaths']> }),
    ...(upstreamProxy === undefined ? {} : { upstreamProxy }),
    ...(endpoints === undefined ? {} : { endpoints: endpoints as NonNullable<Site['endpoints']> }),
    ...(health === undefined ? {} : { health: health as NonNullable<Site['health']> }),
    ...(ca === undefined ? {} : { ca }),
    ...(lastSeen === undefined ? {} : { seen: lastSeen as NonNullable<Site['seen']> }),
  }
}

function checkAdapter(file: YamlFile, { adapter, settings }: Declaration, { schemaOf, adapterNames }: AdapterRules): void {
  const schema = schemaOf(adapter)
  if (schema === undefined) {
    const known = nearest(adapter, adapterNames())
    const problem = `there is no such adapter; ${known === undefined ? `there are ${adapterNames().join(', ')}` : `the nearest is \`${known}\``}`
    throw invalid(file, { keys: ['adapter'], problem })
  }
  const parsed = schema.safeParse(settings)
  if (parsed.success) return
  const { keys, problem } = schemaProblem(schema, parsed.error)
  throw invalid(file, { keys: ['settings', ...keys], problem })
}

function parseFile(path: string, text: string): YamlFile {
  try {
    return readYaml(path, text)
  } catch (error) {
    if (isRelayError(error, 'config_invalid')) throw new RelayError('declaration_invalid', { params: error.params, cause: error })
    throw error
  }
}

function invalid(file: YamlFile, { keys, problem }: { readonly keys: readonly string[]; readonly problem: string }): RelayError {
  return new RelayError('declaration_invalid', { params: { file: file.path, line: file.lineOf(keys), key: keys.join('.') || 'the file', problem } })
}

/** The key that one of the rules for sites speaks of. */
function keyMeant(problem: string): string {
  if (problem.includes('site id')) return 'its name'
  if (problem.startsWith('in endpoints')) return 'endpoints'
  if (problem.startsWith('in health')) return 'health'
  if (problem.includes('login address')) return 'login'
  if (problem.includes('landing address')) return 'landing'
  if (problem.includes('origin') || problem.includes('suffix')) return 'origins'
  if (problem.includes('upstream')) return 'upstreamProxy'
  if (problem.includes('network')) return 'networks'
  if (problem.includes('CA')) return 'ca'
  if (problem.includes('keepAlive')) return 'keepAlive'
  if (problem.includes('denyPaths')) return 'denyPaths'
  if (problem.includes('cookie')) return 'cookies'
  return problem.includes('setting') ? 'settings' : 'adapter'
}
