import { printJson, printLine, printNote } from '../verb/output.ts'
import { templateFixture } from './template-fixture.ts'
import { checkName, type NewFilesOptions, writeNew } from './write-files.ts'

/** `adapter new NAME`: a template that works, at a recorded site that goes with it. */
export async function newAdapter(name: string, options: NewFilesOptions & { readonly steps?: boolean }): Promise<void> {
  checkName(name, 'adapter new')
  const file = options.steps === true ? `${name}.steps.yaml` : `${name}.ts`
  const files = await writeNew(
    options.folder ?? '.',
    {
      [file]: options.steps === true ? stepsTemplate(name) : template(name),
      [`${name}.test.ts`]: testTemplate(name, file),
      [`${name}.fixture.json`]: `${JSON.stringify(templateFixture, undefined, 2)}\n`,
    },
    'adapter new',
  )
  if (options.json === true) return printJson({ files })
  for (const path of files) printLine(`Wrote ${path}`)
  printNote(`Next: login-relay adapter test ${files[0]}`)
}

function template(name: string): string {
  return `import { defineAdapter, SignInFailure } from 'login-relay/adapters'
import { z } from 'zod'

export default defineAdapter({
  name: '${name}',
  api: 1,
  description: 'Say in a line what it is for',
  settings: z.strictObject({}),
  // What in an answer means that the session has ended.
  signedOut: { redirectTo: ['/login'] },

  async signIn({ browser, site, username, secrets, step }) {
    const page = await browser.open(site.loginUrl)
    const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'))
    if (form === undefined || secrets.password === undefined) throw new SignInFailure('form-not-found', ['no form with a password field'])
    const answer = await form.fill('username', username).fill('password', secrets.password).submit()
    step('send', 'form sent')
    if (answer.text.includes('Wrong')) throw new SignInFailure('wrong-password', ['the page says that it is wrong'])
    if (browser.cookies.names(answer.url).includes('sid')) return { landingUrl: answer.url, evidence: ['the cookie sid was set'] }
    throw new SignInFailure('unknown', [\`the page "\${answer.title}"\`])
  },

  async isSignedIn({ browser, site }) {
    const page = await browser.open(new URL('/home', site.loginUrl))
    return page.query('input[type=password]').length === 0
  },

  async signOut({ browser, site }) {
    return (await browser.open(new URL('/logout', site.loginUrl))).status < 400
  },
})
`
}

function stepsTemplate(name: string): string {
  return `# A sign-in by steps: see docs/adapters.md.
name: ${name}
api: 1
description: Say in a line what it is for
steps:
  - fill: name=username
    with: '{username}'
  - fill: css=input[type=password]
    with: '{password}'
  - click: text=Log in
  - expect:
      signed-in: [cookie=sid, text=Log out]
      wrong-password: text=Wrong
landing: /home
signOut: /logout
signedOut: { redirectTo: [/login] }
`
}

function testTemplate(name: string, file: string): string {
  return `import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('${name} signs in at the recorded site', async () => {
  await promisify(execFile)('npx', ['login-relay', 'adapter', 'test', '${file}'], { cwd: import.meta.dirname })
})
`
}
