import type { Desktop, Run } from './desktop.ts'

const key = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings`
const value = 'AutoConfigURL'

/** Windows: the person's own Internet settings, which Edge, Chrome and most programs read. */
export function windows(run: Run): Desktop {
  async function current(): Promise<string> {
    // It fails where there is no such value.
    const text = await run('reg', 'query', key, '/v', value).catch(() => '')
    return /AutoConfigURL\s+REG_SZ\s+(\S+)/.exec(text)?.[1] ?? ''
  }
  const set = async (url: string): Promise<void> => void (await run('reg', 'add', key, '/v', value, '/t', 'REG_SZ', '/d', url, '/f'))
  return {
    read: async () => ({ url: await current() }),
    use: set,
    stillUsing: async (saved, url) => ((await current()) === url ? saved : {}),
    async leftBetween(saved, url) {
      const present = await current()
      return present === url || present === saved.url ? saved : {}
    },
    async restore({ url }) {
      if (url === undefined) return
      if (url !== '') await set(url)
      else if ((await current()) !== '') await run('reg', 'delete', key, '/v', value, '/f')
    },
  }
}
