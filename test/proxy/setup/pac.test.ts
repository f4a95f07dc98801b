import { runInNewContext } from 'node:vm'
import t from 'tap'
import { pacFile } from '../../../relay/proxy/index.ts'

function ask(file: string, host: string): string {
  return runInNewContext(`${file}; FindProxyForURL('https://x/', host)`, { host }) as string
}

t.test('the PAC file names the enrolled hosts exactly, and no other', async (t) => {
  const file = pacFile(
    [
      { origins: ['https://erp.test', 'http://erp.test:8080', 'https://xn--bcher-kva.example'] },
      { origins: ['https://192.0.2.1', 'https://[2001:db8::1]:8443'] },
    ],
    'relay.test:8471',
  )
  for (const host of ['erp.test', 'ERP.test', 'xn--bcher-kva.example', '192.0.2.1', '2001:db8::1']) t.equal(ask(file, host), 'PROXY relay.test:8471', host)
  for (const host of ['evil.test', 'sub.erp.test', 'erp.test.evil.test', 'constructor', '__proto__', 'toString', '']) t.equal(ask(file, host), 'DIRECT', host)
  t.equal(ask(pacFile([], 'relay.test:8471'), 'erp.test'), 'DIRECT', 'and without sites none')
})

t.test('no name or address can end its string', async (t) => {
  const file = pacFile([{ origins: ['https://erp.test'] }], `a"};alert(1);//\u2028'\n`)
  t.equal(ask(file, 'erp.test'), `PROXY a"};alert(1);//\u2028'\n`)
  t.notMatch(file, /\u2028/)
})
