import type { Desktop, Run } from './desktop.ts'

const schema = 'org.gnome.system.proxy'
const keys = ['mode', 'autoconfig-url'] as const

/** GNOME, and the desktops that read its settings. Values are kept as `gsettings` prints them, which is how it takes them. */
export function gnome(run: Run): Desktop {
  const get = async (key: string): Promise<string> => (await run('gsettings', 'get', schema, key)).trim()
  const set = (key: string, value: string): Promise<string> => run('gsettings', 'set', schema, key, value)
  const uses = async (url: string): Promise<boolean> => (await get('mode')) === "'auto'" && (await get('autoconfig-url')) === `'${url}'`
  return {
    async read() {
      const saved: Record<string, string> = {}
      for (const key of keys) saved[key] = await get(key)
      return saved
    },
    async use(url) {
      await set('autoconfig-url', `'${url}'`)
      await set('mode', "'auto'")
      // Without the bus of a desktop's session, gsettings takes a value, keeps it nowhere, and exits with 0.
      if (!(await uses(url))) throw new Error('`gsettings` keeps nothing here: it needs the D-Bus session of a desktop')
    },
    stillUsing: async (saved, url) => ((await uses(url)) ? saved : {}),
    async restore(saved) {
      for (const key of keys) if (saved[key] !== undefined) await set(key, saved[key])
    },
  }
}
