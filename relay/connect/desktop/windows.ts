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
    uses: async (url) => (await current()) === url,
    async restore({ url = '' }) {
      if (url === '') await run('reg', 'delete', key, '/v', value, '/f')
      else await set(url)
    },
  }
}
