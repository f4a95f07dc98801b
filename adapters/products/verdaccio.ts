import { byJson } from './by-json.ts'

/**
 * Verdaccio 5 and 6. Its tokens are signed and not kept: there is nothing to end at the site. One that has expired, after an hour, makes
 * the person a stranger without a word: no answer tells.
 */
export const verdaccio = byJson({
  name: 'verdaccio',
  description: 'Verdaccio: a token for its web pages and registry',
  // Version 5 says its options in the page, version 6 in a script of its own.
  detect: (page) => (page.query('script[src$="/-/static/ui-options.js"]').length > 0 || page.body.includes('__VERDACCIO_BASENAME_UI_OPTIONS') ? 0.9 : 0),
  settings: {
    url: '-/verdaccio/sec/login',
    token: { json: 'token' },
    storage: [{ key: 'token' }],
  },
})
