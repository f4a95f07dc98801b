const { readdirSync } = require('node:fs')
const { join } = require('node:path')

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

// Inside a room, from below: of the folders beside it a folder imports directly only those that stand before it here. One that is not named stands alone.
const foldersFromBelow = {
  adapters: ['transform', 'on-load', 'form', 'json', 'kit', 'products', 'steps'],
  'adapters/form': ['messages', 'fields', 'script', 'asked', 'answers', 'sign-in', 'change', 'register'],
  captcha: ['decoding', 'pictures', 'ink', 'engine', 'shapes', 'memory', 'network', 'training'],
  'captcha/training': ['drawing', 'tesseract', 'kinds'],
  'relay/accounts': ['rules', 'credentials', 'sites', 'declarations'],
  'relay/commands': ['verb', 'secrets', 'terminal', 'account', 'grant', 'user', 'session', 'site', 'adapter', 'ca', 'server', 'device', 'demo'],
  'relay/connect': ['desktop', 'service'],
  'relay/control/notices': ['push', 'delivery'],
  'relay/identity': ['throttle', 'pairing', 'passkeys', 'passwords', 'second-factors', 'people'],
  'relay/login': ['cookies', 'browser', 'browser-engine', 'evidence', 'isolation', 'probe', 'errand', 'captcha', 'sign-in', 'new-password'],
  'relay/login/browser': ['requests', 'html', 'selectors', 'elements', 'forms'],
  'relay/outbound': ['destinations', 'exchange', 'secrets', 'upstream', 'endpoints', 'http2', 'connections'],
  'relay/portal': ['caller', 'accounts', 'lending', 'security', 'web', 'api', 'pages'],
  'relay/portal/api': ['sessions', 'accounts'],
  'relay/portal/pages': ['pairing', 'sign-in', 'lending', 'accounts', 'devices'],
  'relay/proxy': ['ca', 'device', 'connections', 'setup'],
  'relay/sessions': ['failures', 'live', 'sign-ins', 'password-changes', 'on-site-pages'],
  'relay/traffic': ['requests', 'counted', 'answers', 'checks', 'cookies', 'forms', 'live', 'keep-alive'],
}

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

for (const folder of ['adapters', 'captcha', ...foldersIn('relay').map((room) => `relay/${room}`)]) orderInside(folder)

function orderInside(parent) {
  const fromBelow = foldersFromBelow[parent] ?? []
  for (const folder of foldersIn(parent)) {
    const allowed = [folder, ...fromBelow.slice(0, Math.max(0, fromBelow.indexOf(folder)))]
    forbidden.push({
      name: `order-inside-${parent.replace('relay/', '')}`,
      comment: 'A folder imports directly only folders beside it that stand before it in foldersFromBelow, .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: `^${parent}/${folder}/` },
      to: { path: `^${parent}/[^/]+/`, pathNot: allowed.map((one) => `^${parent}/${one}/`) },
    })
    orderInside(`${parent}/${folder}`)
  }
}

function foldersIn(parent) {
  return readdirSync(join(__dirname, parent), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))
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
