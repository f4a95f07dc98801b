import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test(
  'an invitation made while no relay runs leads to where one will be and passkeys work, and is withdrawn by its name, as a link for another way in is',
  async (t) => {
    const cli = commandLine(t, await tempFolder(t))
    await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
    const invite = (env: Readonly<Record<string, string>>) => cli.run(['user', 'invite', 'eve'], '', env)
    t.match(await invite({ LOGIN_RELAY_PORTAL_LISTEN: '0.0.0.0:8480' }), { stdout: /^http:\/\/localhost:8480\/invite\// })
    t.match(await invite({ LOGIN_RELAY_PORTAL_PUBLIC_URL: 'https://relay.example' }), { stdout: /^https:\/\/relay\.example\/invite\// })
    t.match(await cli.run(['user', 'invites', '--withdraw', 'bob']), { status: 1, stderr: /There is no invitation or link of bob/ })
    t.match(await cli.run(['user', 'invites', '--withdraw', 'eve']), { status: 0, stdout: /Withdrew the link of eve/ })
    t.match(await cli.run(['user', 'invites']), { stdout: /No invitation waits/ })

    t.match(await cli.run(['user', 'reset-password', 'ann']), { stdout: /^http:\/\/localhost:\d+\/invite\// })
    t.match(await cli.run(['user', 'invites']), { stdout: /ann +admin +another way to sign in .* the command line/ })
    t.match(await cli.run(['user', 'invites', '--withdraw', 'ann']), { status: 0, stdout: /Withdrew the link of ann/ })
  },
)
