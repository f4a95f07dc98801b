// The order of the house (docs/architecture.md): a room imports only from rooms on lower floors, and only through their door.
const floors = [
  ['relay/main', 'relay/commands'],
  ['relay/app'],
  ['relay/portal', 'relay/proxy', 'relay/gateway'],
  ['relay/traffic', 'relay/recorded'],
  ['relay/sessions'],
  ['relay/login'],
  ['relay/control', 'adapters', 'captcha'],
  ['relay/accounts'],
  ['relay/identity', 'relay/audit'],
  ['relay/vault', 'relay/outbound'],
  ['relay/certificates', 'relay/connect', 'relay/derivation', 'relay/metrics', 'relay/tracing'],
  ['relay/store'],
  ['config'],
]

const path = (room) => `^${room}(/|\\.ts$)`

const forbidden = [
  { name: 'no-circles', severity: 'error', from: { path: '^(relay|captcha|adapters|config)/' }, to: { circular: true } },
  {
    name: 'only-the-door',
    comment: 'Other rooms import a room through its index.ts.',
    severity: 'error',
    from: { path: '^(?:relay/)?([^/]+)/', pathNot: '^(test|bench)/' },
    to: {
      path: '^(relay/[^/]+|captcha|adapters|config)/',
      pathNot: ['^(?:relay/)?$1/', '/index\\.ts$', '^relay/(errors|app|main)\\.ts$', '^relay/vault/open-secret\\.ts$'],
    },
  },
  {
    name: 'secrets-open-in-one-place',
    comment: 'Law 2: only app.ts hands the opener on, and only to the HTTP agent.',
    severity: 'error',
    from: { path: '^(relay|captcha|adapters|config)/', pathNot: '^relay/(app\\.ts$|vault/)' },
    to: { path: '^relay/vault/open-secret\\.ts$' },
  },
  {
    name: 'no-tests-in-product',
    severity: 'error',
    from: { path: '^(relay|captcha|adapters|config)/' },
    to: { path: '^(test|bench)/' },
  },
  {
    name: 'dev-dependencies-stay-out',
    comment:
      'The demo draws its captcha with svg-captcha and loads it when it runs. The browser engine and `adapter record` load playwright-core when they run, tracing loads OpenTelemetry: optional peer dependencies.',
    severity: 'error',
    from: {
      path: '^(relay|captcha|adapters|config)/',
      pathNot: ['^relay/commands/demo/', '^captcha/training/', '^relay/login/browser-engine/', '^relay/commands/adapter/', '^relay/tracing/open-tracing'],
    },
    to: { dependencyTypes: ['npm-dev'] },
  },
]

for (const [height, rooms] of floors.entries()) {
  for (const room of rooms) {
    const notBelow = floors
      .slice(0, height + 1)
      .flat()
      .filter((other) => other !== room)
    // main and its commands are one floor and one thing.
    const above = room.startsWith('relay/main') || room === 'relay/commands' ? [] : notBelow
    if (above.length === 0) continue
    forbidden.push({ name: `floor-of-${room.replace('relay/', '')}`, severity: 'error', from: { path: path(room) }, to: { path: above.map(path) } })
  }
}

module.exports = {
  forbidden,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
