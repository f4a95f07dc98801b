import { hosts } from '../sites/single-sign-on/identity-provider.ts'
import { startOpenId } from '../sites/single-sign-on/openid.ts'
import { account, type Product } from './product.ts'

/** A generic OpenID provider (npm: oidc-provider), and an application that leaves signing in to it by the code flow. */
export async function startOidcProvider(): Promise<Product> {
  const { application, provider, stop } = await startOpenId('query', account)
  return {
    url: application.url,
    account,
    inside: { url: `${application.origin}/home`, says: /ann/ },
    hosts: Object.fromEntries(Object.values(hosts).map((name) => [name, '127.0.0.1'])),
    outcomes: () => provider.book.outcomes,
    stop,
  }
}
