import type { Command } from 'commander'
import { takesPassword } from '../secrets/read-secret.ts'
import { printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { addSite } from './site-add.ts'
import { checkSite } from './site-check.ts'
import { editSite, reloadSites, showSite } from './site-declaration.ts'
import { learnSite } from './site-learn.ts'
import type { DeclarationView, SiteView } from './site-view.ts'

/** `site add|list|show|edit|reload|check|learn|remove`. */
export function siteVerbs(site: Command): void {
  takesPassword(verb(site, 'add URL', 'look at a site and enrol it; with a user name, sign in there too'))
    .option('--id <ID>', 'its short name (default: from its host)')
    .option('--adapter <NAME>', 'how it signs in (default: by what is found)')
    .option('--ca-file <FILE>', 'PEM of a private CA that vouches for it')
    .option('--delivery <MODE>', 'attach: the proxy adds the session on the way; handoff: the client gets the cookies (default: attach)')
    .option('--settings <FILE>', "its adapter's settings, a YAML file (docs/adapters.md)")
    .option('--yes', 'enrol without asking')
    .option('--username <U>', 'also store an account: the user name at the site')
    .option('--user <NAME>', 'the person who owns that account')
    .option('--try-wrong', 'also learn what a refusal looks like: one sign-in with a wrong password, which the site counts')
    .action(addSite)
  verb(site, 'list', 'list the sites').action(list)
  verb(site, 'show ID', 'how a site is enrolled').option('--yaml', 'print its declaration').action(showSite)
  verb(site, 'edit ID', 'edit the declaration of a site, and take it over')
    .option('--yes', 'without asking, also where passwords could then go to more places')
    .action(editSite)
  verb(site, 'reload [ID]', 'take over what was changed in the declarations')
    .option('--yes', 'without asking, also where passwords could then go to more places')
    .action(reloadSites)
  verb(site, 'check ID', 'look at a site again and say what has changed')
    .option('--update', 'write what is found into its declaration')
    .option('--yes', 'without asking, also where passwords could then go to more places')
    .action(checkSite)
  verb(site, 'learn ID ACCOUNT', 'sign in, and learn by what this site shows that it worked')
    .option('--user <NAME>', 'who owns the account')
    .option('--try-wrong', 'also from one with a wrong password, which the site counts')
    .action(learnSite)
  verb(site, 'remove ID', 'remove a site and every account at it').action(remove)
}

async function list(options: CommonOptions): Promise<void> {
  const { sites, declarations } = await withRelay(options, async (relay) => ({
    sites: await relay.call<SiteView[]>('GET', '/api/v1/sites'),
    declarations: await relay.call<DeclarationView[]>('GET', '/api/v1/declarations'),
  }))
  const standing = new Map(declarations.map(({ site, declared }) => [site, declared]))
  if (options.json === true) return printJson(sites.map((site) => ({ ...site, declared: standing.get(site.id) })))
  printTable(
    ['ID', 'ORIGINS', 'ADAPTER', 'DELIVERY', 'DECLARATION'],
    sites.map(({ id, origins, adapter, delivery }) => [id, origins.join(' '), adapter, delivery, standingInWords(standing.get(id))]),
    'No sites yet: `login-relay site add URL`.',
  )
  for (const { site, problem } of declarations) if (problem !== undefined) printLine(`${printable(site)}: ${printable(problem)}`)
}

function standingInWords(declared: DeclarationView['declared'] | undefined): string {
  switch (declared) {
    case 'changed':
      return 'changed: site reload'
    case 'waits':
      return 'waits for a yes: site reload'
    case 'invalid':
      return 'not valid'
    case 'missing':
      return 'missing: site reload'
    case 'same':
    case undefined:
      return ''
  }
}

async function remove(id: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/sites/${encodeURIComponent(id)}`))
  if (options.json === true) printJson({ removed: id })
  else printLine(`Removed ${printable(id)} and its accounts.`)
}
