import t, { type Test } from 'tap'
import { withoutTool } from '../tools.ts'
import { run, temporaryFile } from './curl.ts'
import { startHttp2BusinessSite } from './http2/http2-business-site.ts'
import { page, startRecordingOrigin } from './recording-origin.ts'
import { type House, type SiteServer, startHouse } from './start-house.ts'

const id = '0123456789'.repeat(4)
const repository = { '/repo.git/info/refs': `${id}\trefs/heads/main\n`, '/repo.git/HEAD': 'ref: refs/heads/main\n' }
const hint = '</a.css>; rel=preload'

interface Place {
  readonly house: House
  readonly site: SiteServer & { readonly signIns: () => number }
  /** The relay's CA, in a file. */
  readonly ca: string
}

/** A site with a repository, and a page before which it sends an early hint. */
async function startPlace(t: Test, version: 'HTTP/1.1' | 'HTTP/2'): Promise<Place> {
  const site = version === 'HTTP/2' ? await startHttp2BusinessSite(t) : await startRecordingOrigin(t)
  if ('broken' in site) {
    for (const [path, text] of Object.entries(repository)) site.on(path, page(text))
    site.on('/hinted', `HTTP/1.1 103 Early Hints\r\nLink: ${hint}\r\n\r\n${page('hinted')}`)
  } else {
    for (const [path, text] of Object.entries(repository)) site.on(path, (res) => res.end(text))
    site.on('/hinted', (res) => {
      res.stream.additionalHeaders({ ':status': 103, link: hint })
      res.end('hinted')
    })
  }
  const house = await startHouse(t, { origins: [site] })
  return { house, site, ca: temporaryFile(t, 'ca.pem', house.certificateAuthority.pem()) }
}

for (const version of ['HTTP/1.1', 'HTTP/2'] as const) {
  t.test(`wget at a site of ${version}`, { skip: withoutTool('wget') }, async (t) => {
    const { house, site, ca } = await startPlace(t, version)
    const wget = (...args: string[]) =>
      run('/usr/bin/wget', ['--no-config', '--tries=1', '-qO-', `--ca-certificate=${ca}`, ...args], { env: { https_proxy: house.proxyUrl } })
    t.match(await wget(`${site.origin}/page`), { exit: 0, out: 'GET /page 0' })
    t.match(await wget('--post-data=four', `${site.origin}/post`), { exit: 0, out: 'POST /post 4' })
    t.match(await wget(`${site.origin}/hinted`), { exit: 0, out: 'hinted' })
    t.equal(site.signIns(), 1)
  })

  t.test(`requests for Python at a site of ${version}`, { skip: withoutTool('python3-requests') }, async (t) => {
    const { house, site, ca } = await startPlace(t, version)
    const script = `
import requests, sys
session = requests.Session()
for method, path, body in [('GET', '/page', None), ('POST', '/post', b'four'), ('GET', '/hinted', None), ('PUT', '/parts', iter([b'one', b'two'])), ('GET', '/last', None)]:
    answer = session.request(method, sys.argv[1] + path, data=body)
    print(answer.status_code, answer.text)
`
    const { out, err } = await run('/usr/bin/python3', ['-c', script, site.origin], { env: { HTTPS_PROXY: house.proxyUrl, REQUESTS_CA_BUNDLE: ca } })
    t.same(out.split('\n'), ['200 GET /page 0', '200 POST /post 4', '200 hinted', '200 PUT /parts 6', '200 GET /last 0', ''], err)
    t.equal(site.signIns(), 1)
  })

  t.test(`fetch in Node at a site of ${version}`, async (t) => {
    const { house, site, ca } = await startPlace(t, version)
    const script = `
for (const [path, init] of [['/page'], ['/post', { method: 'POST', body: 'four' }], ['/hinted']]) console.log(await (await fetch(process.argv[1] + path, init)).text())`
    const env = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: house.proxyUrl, NODE_EXTRA_CA_CERTS: ca }
    const { out, err } = await run(process.execPath, ['--input-type=module', '-e', script, site.origin], { env })
    t.equal(out, 'GET /page 0\nPOST /post 4\nhinted\n', err)
    t.equal(site.signIns(), 1)
  })

  t.test(`git at a site of ${version}, with http.proxyAuthMethod=anyauth`, async (t) => {
    const { house, site, ca } = await startPlace(t, version)
    const settings = ['-c', `http.proxy=${house.proxyUrl}`, '-c', 'http.proxyAuthMethod=anyauth', '-c', `http.sslCAInfo=${ca}`]
    const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' }
    const { out, err } = await run('git', [...settings, 'ls-remote', `${site.origin}/repo.git`], { env })
    t.match(out, `${id}\trefs/heads/main`, err)
  })
}
