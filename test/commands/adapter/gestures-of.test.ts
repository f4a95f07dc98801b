import t from 'tap'
import { draftSteps } from '../../../relay/commands/adapter/record/draft-steps.ts'
import { gesturesOf } from '../../../relay/commands/adapter/record/gestures-of.ts'

const url = 'https://site.example/login'
const seen = { url, status: 200, headers: [], sent: '', sentType: '' }

/** What a draft presses where the sign-in form has this button and a search stands before it. */
function pressed(button: string): string | undefined {
  const body = `<form action="/search"><input name="q"><button>Search</button></form><form method="post"><input name="u"><input type="password" name="p">${button}</form>`
  const gestures = gesturesOf([
    { ...seen, method: 'GET', body },
    { ...seen, method: 'POST', body: '', sent: 'u=ann&p=correct+horse', sentType: 'application/x-www-form-urlencoded' },
  ])
  const draft = draftSteps('site', gestures, { username: 'ann', password: 'correct horse', values: [] }, { url, settings: {}, exchanges: [] })
  return /click: (.*)/.exec(draft)?.[1]
}

t.test('a draft made without watching the browser presses a button that is in the page', async (t) => {
  for (const [button, target] of [
    ['<button id="go" name="do">Log in</button>', 'id=go'],
    ['<button name="do">Log in</button>', 'name=do'],
    ['<button>Log in</button>', 'text=Log in'],
    ['<input type="submit" value="Log in">', 'text=Log in'],
    ['<input type="submit">', `css=form:has([name="p"])`],
    ['<button><img src="go.png"></button>', `css=form:has([name="p"])`],
    ['<input type="image" src="go.png">', `css=form:has([name="p"])`],
  ] as const)
    t.equal(pressed(button), target, button)
})
