import t from 'tap'
import { startPortal } from '../../portal/start-portal.ts'
import { readPage } from '../../portal/visitor.ts'
import { workingAccount } from '../../portal/working-site.ts'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

t.test('account copies lists what devices were given, and ends it; it says what a site has not ended, as the page does', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.bob, 'handoff')
  await relay.accounts.setCopies(account.id, { attached: false })
  const { run } = commandLine(t, await tempFolder(t))
  const copies = (option: string) => run(['account', 'copies', account.name, '--user', 'bob', '--data', relay.folder, option])
  await relay.sessions.copies.note({ way: 'kept', device: relay.bob.device }, await relay.sessions.ensure(account.id))
  t.match((await copies('--list')).stdout, /^DEVICE +OF +HOW +GIVEN +SESSION\nbob-laptop +bob +kept +\S+ \S+ UTC +live\n$/)

  // Nothing of the site answers any more: it ends nothing.
  await business.stop()
  t.match(
    (await copies('--end')).stdout,
    /ended here, and no device keeps other copies\. The site did not end it.*`login-relay account copies \S+ --list --user bob` names/,
  )
  t.match(relay.accounts.account(account.id)?.copies, undefined)
  t.match((await copies('--list')).stdout, /bob-laptop +.* ended here .* UTC, not at the site: told once, next .* UTC\n$/)
  const bob = await relay.signedIn(relay.bob)
  t.match(readPage((await bob.get('/copies')).body), /good at the site still.*the site was told once, next/)
  t.match(await bob.post(`/accounts/${account.id}/copies/end`), { location: '/copies?done=copies-linger' })
  t.match(readPage((await bob.get('/copies?done=copies-linger')).body), /did not end it.*good at the site still/)
  t.match(await bob.post(`/accounts/${account.id}/end`), { location: '/?done=ended-lingers' })
  t.match((await bob.get('/?done=ended-lingers')).body, /note warn.*ended here\. A site did not end a session/)
  const logout = ['logout', account.name, '--user', 'bob', '--data', relay.folder]
  t.match((await run(logout)).stdout, /is ended here\. The site did not end it.*`login-relay account copies \S+ --list --user bob` names them/)
  t.match(JSON.parse((await run([...logout, '--json'])).stdout), { ended: true, copiesLinger: true })
  for (const end of ['device end bob-laptop', 'user end bob'])
    t.match(
      (await run([...end.split(' '), '--data', relay.folder])).stdout,
      /\nOf 1 account a site did not end a session: .*`login-relay account list --user bob` .*`login-relay account copies ACCOUNT --list --user bob`/,
      end,
    )
  t.match(
    (await run(['account', 'list', '--user', 'bob', '--data', relay.folder])).stdout,
    new RegExp(`^${account.name} `, 'm'),
    'which says what to put there',
  )
})
