import type { Desktop, Run, Saved } from './desktop.ts'

const schema = 'org.gnome.system.proxy'
const keys = ['mode', 'autoconfig-url'] as const

/** GNOME, and the desktops that read its settings. Values are kept as `gsettings` prints them, which is how it takes them. */
export function gnome(run: Run): Desktop {
  const get = async (key: string): Promise<string> => (await run('gsettings', 'get', schema, key)).trim()
  const set = (key: string, value: string): Promise<string> => run('gsettings', 'set', schema, key, value)
  const uses = async (url: string): Promise<boolean> => (await get('mode')) === "'auto'" && (await get('autoconfig-url')) === `'${url}'`
  async function read(): Promise<Saved> {
    const present: Record<string, string> = {}
    for (const key of keys) present[key] = await get(key)
    return present
  }
  return {
    read,
    async use(url) {
      await set('autoconfig-url', `'${url}'`)
      await set('mode', "'auto'")
      if (!(await uses(url))) throw keepsNothing()
    },
    stillUsing: async (saved, url) => ((await uses(url)) ? saved : {}),
    async leftBetween(saved, url) {
      const present = await read()
      const own: Saved = { mode: "'auto'", 'autoconfig-url': `'${url}'` }
      // Both make one choice: who has chosen another address has chosen the mode beside it.
      return keys.every((key) => present[key] === saved[key] || present[key] === own[key]) ? saved : {}
    },
    async restore(saved) {
      for (const key of keys) {
        const value = saved[key]
        if (value === undefined) continue
        await set(key, value)
        if ((await get(key)) !== value) throw keepsNothing()
      }
    },
  }
}

/** Without the bus of a desktop's session, gsettings takes a value, keeps it nowhere, and exits with 0. */
function keepsNothing(): Error {
  return new Error('`gsettings` keeps nothing here: it needs the D-Bus session of a desktop')
}
