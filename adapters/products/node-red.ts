import { byJson } from './by-json.ts'

/** Node-RED 1 to 4. Its editor's `red.js` asks for a token by OAuth's password grant; revoking one takes the token in a body, so signing out is not offered. */
export const nodeRed = byJson({
  name: 'node-red',
  description: 'Node-RED: a token for its editor and admin API',
  detect: (page) => (page.query('#red-ui-editor, script[src*="red/red.min.js"], script[src*="red/red.js"]').length > 0 ? 0.9 : 0),
  settings: {
    url: 'auth/token',
    send: 'form',
    body: { client_id: 'node-red-editor', grant_type: 'password', scope: '', username: '{username}', password: '{password}' },
    token: { json: 'access_token' },
    storage: [{ key: 'auth-tokens', value: '{"access_token":"{token}","token_type":"Bearer"}' }],
    check: 'settings',
  },
})
