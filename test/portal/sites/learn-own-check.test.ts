import t, { type Test } from 'tap'
import { builtInAdapters } from '../../../adapters/index.ts'
import type { Account, Site } from '../../../relay/accounts/index.ts'
import { showLearned } from '../../../relay/commands/site/site-learn.ts'
import { learnFrom } from '../../../relay/portal/accounts/learn-signs.ts'
import type { Rooms } from '../../../relay/portal/rooms.ts'

/** What is told where a sign-in at a site of this adapter has left nothing to tell it by. */
async function told(t: Test, adapter: string, settings: object = {}): Promise<string> {
  const site = { id: 'erp', adapter, settings } as unknown as Site
  const rooms = {
    accounts: { site: () => site },
    sessions: { ensure: async () => {} },
    login: { traceOf: () => undefined, settingsSchema: (name: string) => builtInAdapters.find((one) => one.name === name)?.settings },
  } as unknown as Rooms
  const learned = await learnFrom(rooms, { id: 'a1', siteId: 'erp' } as Account, { tryWrong: false })
  const lines: string[] = []
  const printed = t.intercept(process.stdout, 'write', { value: (line: string) => lines.push(line) > 0 })
  showLearned('erp', learned, false)
  printed.restore()
  return lines.join('')
}

t.test('an adapter that asks an address of its own is said to judge by it, whether its settings or the product name that', async (t) => {
  for (const [adapter, settings] of [
    ['grafana', {}],
    ['ruoyi', {}],
    ['json', { url: '/login', body: { user: '{username}' }, check: '/me' }],
  ] as const)
    t.match(await told(t, adapter, settings), /^Success is told by the adapter itself: it asks an address that only the signed-in may see\.\n/, adapter)
})

t.test('of one that asks none, that no sign was found', async (t) => {
  t.match(await told(t, 'form'), /^No sign of success of its own was found: the relay goes by what sites have in common\.\n/)
  t.match(await told(t, 'basic'), /by the protocol itself/)
})
