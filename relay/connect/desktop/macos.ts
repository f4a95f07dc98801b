import type { Desktop, Run } from './desktop.ts'

/** macOS: the setting is each network service's own (Wi-Fi, Ethernet). Kept as `on URL` or `off URL`. */
export function macos(run: Run): Desktop {
  const tool = 'networksetup'

  async function services(): Promise<string[]> {
    const [, ...lines] = (await run(tool, '-listallnetworkservices')).split('\n')
    // A star marks one that is switched off.
    return lines.filter((line) => line !== '' && !line.startsWith('*'))
  }

  async function stateOf(service: string): Promise<{ readonly url: string; readonly isOn: boolean }> {
    const text = await run(tool, '-getautoproxyurl', service)
    const url = /^URL: (.*)$/m.exec(text)?.[1]?.trim() ?? ''
    return { url: url === '(null)' ? '' : url, isOn: /^Enabled: Yes$/m.test(text) }
  }

  return {
    async read() {
      const saved: Record<string, string> = {}
      for (const service of await services()) {
        const { url, isOn } = await stateOf(service)
        saved[service] = `${isOn ? 'on' : 'off'} ${url}`
      }
      return saved
    },
    async use(url) {
      for (const service of await services()) await run(tool, '-setautoproxyurl', service, url)
    },
    async uses(url) {
      const states = await Promise.all((await services()).map(stateOf))
      return states.some((state) => state.isOn && state.url === url)
    },
    async restore(saved) {
      const present = await services()
      for (const [service, text] of Object.entries(saved)) {
        if (!present.includes(service)) continue
        const [, state = 'off', url = ''] = /^(on|off) (.*)$/.exec(text) ?? []
        // Without an address there is nothing to be set: that it is off is what counts.
        if (url !== '') await run(tool, '-setautoproxyurl', service, url)
        await run(tool, '-setautoproxystate', service, state)
      }
    },
  }
}
