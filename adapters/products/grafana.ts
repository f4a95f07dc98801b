import { byJson } from './by-json.ts'

/** Grafana 6 and later: `POST login` with JSON, the session in a cookie. */
export const grafana = byJson({
  name: 'grafana',
  description: 'Grafana: its login API, the session in a cookie',
  detect: (page) => (/window\.grafanaBootData/.test(page.body) ? 0.9 : 0),
  settings: {
    url: 'login',
    body: { user: '{username}', password: '{password}' },
    check: 'api/user',
    signOut: { url: 'logout', method: 'get' },
    landing: './',
  },
})
