import { type Fixture, fixturePassword, fixtureUsername } from './fixture.ts'

const loginPage = (message: string) =>
  `<!doctype html><title>Log in</title><p>${message}</p><form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Log in</button></form>`
const html: Fixture['exchanges'][number]['headers'] = [['content-type', 'text/html; charset=utf-8']]

/** The site that the templates sign in at. */
export const templateFixture: Fixture = {
  url: 'https://site.example/login',
  settings: {},
  exchanges: [
    { method: 'GET', url: 'https://site.example/login', status: 200, headers: html, body: loginPage('') },
    {
      method: 'POST',
      url: 'https://site.example/login',
      fields: { username: fixtureUsername, password: fixturePassword },
      status: 303,
      headers: [
        ['location', '/home'],
        ['set-cookie', 'sid=redacted; Path=/; HttpOnly'],
      ],
      body: '',
    },
    { method: 'POST', url: 'https://site.example/login', status: 401, headers: html, body: loginPage('Wrong user name or password') },
    { method: 'GET', url: 'https://site.example/home', status: 200, headers: html, body: '<!doctype html><title>Home</title><a href="/logout">Log out</a>' },
  ],
}
