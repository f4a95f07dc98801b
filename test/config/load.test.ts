import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { configSchema, type LoadOptions, loadConfig } from '../../config/index.ts'
import { tempFolder } from '../temp-folder.ts'

/** A working directory with these files in it. */
async function withFiles(t: Test, files: Record<string, string>): Promise<string> {
  const cwd = await tempFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(cwd, name, '..'), { recursive: true })
    await writeFile(join(cwd, name), text)
  }
  return cwd
}

const load = (cwd: string, options: Omit<LoadOptions, 'cwd' | 'env'> & { env?: Record<string, string> } = {}) => loadConfig({ env: {}, ...options, cwd })
const level = (text: string) => `log: { level: ${text} }\n`

t.test('without a file every option has its default', async (t) => {
  const cwd = await tempFolder(t)
  const { config, file, folder, warnings } = await load(cwd)
  t.strictSame(config, { ...configSchema.parse({}), data: join(cwd, 'relay-data') })
  t.strictSame([file, folder, warnings], [undefined, join(cwd, 'relay-data'), []])
})

t.test('the file is the one named, else the one the environment names, else the one in --data, else ./relay.yaml', async (t) => {
  const cwd = await withFiles(t, {
    'named.yaml': level('debug'),
    'from-env.yaml': level('warn'),
    'my-data/relay.yaml': level('error'),
    'relay.yaml': level('silent'),
  })
  const env = { LOGIN_RELAY_CONFIG: 'from-env.yaml' }
  const found = async (options: Parameters<typeof load>[1]) => {
    const { file, config } = await load(cwd, options)
    return [file?.slice(cwd.length + 1), config.log.level]
  }
  t.strictSame(await found({ file: 'named.yaml', data: 'my-data', env }), ['named.yaml', 'debug'])
  t.strictSame(await found({ data: 'my-data', env }), ['from-env.yaml', 'warn'])
  t.strictSame(await found({ data: 'my-data', env: { LOGIN_RELAY_CONFIG: '' } }), ['my-data/relay.yaml', 'error'])
  t.strictSame(await found({ data: 'other-data' }), ['relay.yaml', 'silent'])
  t.strictSame(await found({}), ['relay.yaml', 'silent'])
})

t.test('a file that is named must be there', async (t) => {
  const cwd = await tempFolder(t)
  await t.rejects(load(cwd, { file: 'absent.yaml' }), { code: 'config_unreadable', params: { file: join(cwd, 'absent.yaml') } })
  await t.rejects(load(cwd, { env: { LOGIN_RELAY_CONFIG: 'absent.yaml' } }), { code: 'config_unreadable' })
  await mkdir(join(cwd, 'relay.yaml'))
  await t.rejects(load(cwd), { code: 'config_unreadable' }, 'a folder is no file')
})

t.test('relative paths start at the folder of the file, and absolute ones stay', async (t) => {
  const cwd = await withFiles(t, {
    'etc/relay.yaml': `data: ../var
portal: { certificate: tls/cert.pem, key: /etc/key.pem }
masterKey: { file: master }
adapters: { folder: ./mine }
`,
  })
  const { config, folder } = await load(cwd, { file: 'etc/relay.yaml' })
  t.equal(folder, join(cwd, 'var'))
  t.equal(config.data, folder)
  t.match(config, {
    portal: { certificate: join(cwd, 'etc/tls/cert.pem'), key: '/etc/key.pem' },
    masterKey: { file: join(cwd, 'etc/master') },
    adapters: { folder: join(cwd, 'etc/mine') },
  })
  const elsewhere = await load(join(cwd, '..'), { file: join(cwd, 'etc/relay.yaml') })
  t.strictSame(elsewhere.config, config, 'wherever the command runs')
})

t.test('a default path starts at the folder of the file too', async (t) => {
  const cwd = await withFiles(t, { 'etc/relay.yaml': level('info') })
  t.equal((await load(cwd, { file: 'etc/relay.yaml' })).folder, join(cwd, 'etc/relay-data'))
})

t.test('--data takes the place of the configured directory, relative to the working directory', async (t) => {
  const cwd = await withFiles(t, { 'etc/relay.yaml': 'data: /var/lib/relay\n' })
  const { config, folder } = await load(cwd, { file: 'etc/relay.yaml', data: 'mine', env: { LOGIN_RELAY_DATA: '/elsewhere' } })
  t.strictSame([config.data, folder], [join(cwd, 'mine'), join(cwd, 'mine')])
})

t.test('a variable overrides the file, as text, number or path', async (t) => {
  const cwd = await withFiles(t, { 'etc/relay.yaml': 'proxy: { otherHosts: tunnel, listen: "127.0.0.1:1" }\nlogin: { pages: 10 }\n' })
  const { config, folder, warnings } = await load(cwd, {
    file: 'etc/relay.yaml',
    env: {
      LOGIN_RELAY_PORTAL_LISTEN: '[::1]:9000',
      LOGIN_RELAY_PROXY_OTHER_HOSTS: 'refuse',
      LOGIN_RELAY_LOGIN_PAGES: '7',
      LOGIN_RELAY_DATA: 'here',
      LOGIN_RELAY_LOG_LEVEL: '',
      PATH: '/bin',
    },
  })
  t.match(config, {
    portal: { listen: '[::1]:9000' },
    proxy: { otherHosts: 'refuse', listen: '127.0.0.1:1' },
    login: { pages: 7, captchaTries: 4 },
    log: { level: 'info' },
  })
  t.equal(folder, join(cwd, 'here'), 'the path in a variable starts at the working directory')
  t.strictSame(warnings, [])
})

t.test('an unknown variable of ours gets a warning that names the nearest; reserved ones get none', async (t) => {
  const cwd = await tempFolder(t)
  const { warnings } = await load(cwd, {
    env: {
      LOGIN_RELAY_PORTAL_LISTN: 'x',
      LOGIN_RELAY_PASSPHRASES: 'x',
      LOGIN_RELAY_SOMETHING_ELSE_ENTIRELY: 'x',
      LOGIN_RELAY_MASTER_KEY: 'x',
      LOGIN_RELAY_MASTER_KEY_NEXT: 'x',
      LOGIN_RELAY_PASSPHRASE: 'x',
      LOGIN_RELAY_PASSPHRASE_NEXT: 'x',
      LOGIN_RELAY_DEVICE: 'x',
      LOGIN_RELAY_TOKEN: 'x',
      LOGIN_RELAY_URL: 'x',
      LOGIN_RELAY_PROXY: 'x',
      LOGIN_RELAY_CONNECT: 'x',
      LOGIN: 'x',
    },
  })
  t.strictSame(warnings, [
    'The environment variable LOGIN_RELAY_PORTAL_LISTN is not known; did you mean LOGIN_RELAY_PORTAL_LISTEN?',
    'The environment variable LOGIN_RELAY_PASSPHRASES is not known; did you mean LOGIN_RELAY_PASSPHRASE?',
    'The environment variable LOGIN_RELAY_SOMETHING_ELSE_ENTIRELY is not known',
  ])
})

t.test('an empty file, a file of comments and empty sections say nothing', async (t) => {
  for (const text of ['', '# nothing\n', '---\n', 'portal:\n  # listen: x\nproxy:\n', '\ufeffportal:\n  listen:\n']) {
    const cwd = await withFiles(t, { 'relay.yaml': text })
    t.strictSame((await load(cwd)).config, { ...configSchema.parse({}), data: join(cwd, 'relay-data') }, JSON.stringify(text))
  }
})
