/**
 * Config: every option with its schema, default and words; reading relay.yaml and the environment.
 *
 * Refuses: an unknown key (it names the nearest known one), a value that does not fit (with file, line and key).
 */

export { type LoadOptions, loadConfig } from './load.ts'
export { nearest } from './nearest.ts'
export { schemaProblem } from './problem.ts'
export { isPublicSuffix } from './public-suffix.ts'
export { readYaml, type YamlFile } from './read-yaml.ts'
export { type Config, configSchema } from './schema.ts'
export { upstreamProxyForm, upstreamVariablePrefix } from './upstream-proxy.ts'
