import type { Browser, CookieFacts, Page } from '../../../../adapters/index.ts'
import type { Remote } from './remote.ts'
import { RemotePage } from './remote-page.ts'

/** The relay's browser, from here. */
export function remoteBrowser(remote: Remote): Browser {
  const go = async (operation: string, ...given: unknown[]): Promise<Page> => new RemotePage(await remote.ask(operation, given), remote)
  const cookies: CookieFacts = {
    names: (url) => remote.now('cookieNames', [new URL(url)]) as string[],
    changesSince: (mark) => remote.now('cookieChanges', [mark]) as ReturnType<CookieFacts['changesSince']>,
    mark: () => remote.now('cookieMark', []) as number,
  }
  return {
    cookies,
    open: (url, options) => go('open', url, options ?? null),
    postJson: (url, body, options) => go('postJson', url, body, options ?? null),
    fetchImage: (url) => remote.ask('fetchPicture', [url]) as Promise<Buffer>,
    postFields: (url, fields, options) => go('postFields', url, fields, options ?? null),
  }
}
