import type { Desktop, Run, Saved } from './desktop.ts'

interface ServiceState {
  readonly url: string
  readonly isOn: boolean
}

/** macOS: the setting is each network service's own (Wi-Fi, Ethernet). Kept as `on URL` or `off URL`. */
export function macos(run: Run): Desktop {
  const tool = 'networksetup'

  /** By name. A star marks one that is switched off. */
  async function services(): Promise<{ readonly name: string; readonly isEnabled: boolean }[]> {
    const [, ...lines] = (await run(tool, '-listallnetworkservices')).split('\n')
    return lines.filter((line) => line !== '').map((line) => ({ name: line.replace(/^\*/, ''), isEnabled: !line.startsWith('*') }))
  }

  function stateIn(text: string): ServiceState {
    const [, state = 'off', url = ''] = /^(on|off) (.*)$/.exec(text) ?? []
    return { url, isOn: state === 'on' }
  }

  async function enabled(): Promise<string[]> {
    return (await services()).filter(({ isEnabled }) => isEnabled).map(({ name }) => name)
  }

  /** One that was switched off meanwhile has its setting still. */
  async function presentIn(saved: Saved): Promise<[string, string][]> {
    const present = (await services()).map(({ name }) => name)
    return Object.entries(saved).filter(([name]) => present.includes(name))
  }

  async function stateOf(service: string): Promise<ServiceState> {
    const text = await run(tool, '-getautoproxyurl', service)
    const url = /^URL: (.*)$/m.exec(text)?.[1]?.trim() ?? ''
    return { url: url === '(null)' ? '' : url, isOn: /^Enabled: Yes$/m.test(text) }
  }

  async function restoreService(service: string, { url, isOn }: ServiceState): Promise<void> {
    const set = run(tool, '-setautoproxyurl', service, url)
    // Where it takes no empty address, that it is off is what counts.
    await (url === '' ? set.catch(() => {}) : set)
    // Setting the address has switched it on.
    await run(tool, '-setautoproxystate', service, isOn ? 'on' : 'off')
  }

  return {
    async read() {
      const saved: Record<string, string> = {}
      for (const service of await enabled()) {
        const { url, isOn } = await stateOf(service)
        saved[service] = `${isOn ? 'on' : 'off'} ${url}`
      }
      return saved
    },
    async use(url) {
      for (const service of await enabled()) await run(tool, '-setautoproxyurl', service, url)
    },
    async stillUsing(saved, url) {
      const using: Record<string, string> = {}
      for (const [service, text] of await presentIn(saved)) {
        const state = await stateOf(service)
        if (state.isOn && state.url === url) using[service] = text
      }
      return using
    },
    async leftBetween(saved, url) {
      const left: Record<string, string> = {}
      for (const [service, text] of await presentIn(saved)) {
        // On or off: setting an address switches it on, before it is switched off again.
        const present = (await stateOf(service)).url
        if (present === url || present === stateIn(text).url) left[service] = text
      }
      return left
    },
    async restore(saved) {
      for (const [service, text] of await presentIn(saved)) await restoreService(service, stateIn(text))
    },
  }
}
