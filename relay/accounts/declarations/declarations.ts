import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { asRelayError, RelayError } from '../../errors.ts'
import type { Accounts, Site } from '../contract.ts'
import { InOrder } from '../in-order.ts'
import { changeOf, type SiteChange } from '../sites/site-change.ts'
import { type AdapterRules, declarationOf, readDeclaration } from './declaration.ts'
import { declarationText, digestOf, editedText, readText, removeFile, unusable, writeText } from './declaration-file.ts'

/** How the file of a site stands to what is enrolled. */
export type DeclarationState =
  /** They say the same. */
  | { readonly state: 'same' }
  /** The file says something else. It is taken over at once, unless `widens` names what a person must say yes to. */
  | (SiteChange & { readonly state: 'changed'; readonly digest: string })
  | { readonly state: 'invalid'; readonly error: RelayError }
  /** There is no file. */
  | { readonly state: 'missing' }

export interface FoundDeclaration {
  readonly site: string
  readonly file: string
  readonly declared: DeclarationState
}

/** What a reload did. */
export type Reloaded =
  | { readonly site: string; readonly did: 'taken-over'; readonly changes: readonly string[] }
  /** Somebody must say yes to what `widens` names, of the file with this digest. */
  | { readonly site: string; readonly did: 'waits'; readonly changes: readonly string[]; readonly widens: readonly string[]; readonly digest: string }
  | { readonly site: string; readonly did: 'refused'; readonly error: RelayError }
  /** The site is enrolled and its file was gone: it was written anew. */
  | { readonly site: string; readonly did: 'written' }

export interface ReloadOptions {
  /** Only this one. */
  readonly site?: string
  /** Yes to everything. */
  readonly yes?: boolean
  /** Yes to the file of this digest: what was shown is what is taken over. `declaration_moved_on`. */
  readonly digest?: string
}

export interface Declarations {
  /** Takes over what the files say as far as nobody must be asked, and writes files for sites that have none. */
  start(): Promise<void>
  stop(): Promise<void>
  readonly folder: string
  list(): Promise<FoundDeclaration[]>
  look(site: string): Promise<FoundDeclaration>
  /** The file's text, or what it would be. `site_unknown`. */
  text(site: string): Promise<string>
  reload(options?: ReloadOptions): Promise<Reloaded[]>
  /** Writes a file and takes it over. `declaration_invalid`, and `site_widens` without a `yes`: then the file stays as it was. */
  save(site: string, text: string, options?: { readonly yes?: boolean }): Promise<SiteChange>
  /** Enrols a site and writes its file. Errors as `Accounts.addSite`; `already_exists` when a file of that name is there. */
  add(site: Omit<Site, 'createdAt'>): Promise<Site>
  /** Changes an enrolled site and its file, whose comments stay. The caller has asked where `changeOf` widens. */
  replace(site: Omit<Site, 'createdAt'>): Promise<Site>
  /** Removes the site, its accounts and its file. */
  remove(site: string): Promise<boolean>
}

export interface DeclarationsOptions {
  /** Absolute. It is made when the first file is written. */
  readonly folder: string
  readonly accounts: Accounts
  readonly adapters: AdapterRules
  /** Throws where the relay would not connect to what a declaration names. `destination_refused`. */
  readonly checkReach: (site: Omit<Site, 'createdAt'>) => Promise<void>
  readonly log: Logger
}

export function createDeclarations(options: DeclarationsOptions): Declarations {
  return new DeclarationFolder(options)
}

/** A folder of declarations, one YAML file a site. The files say what is wanted; what is enrolled is in the store. */
class DeclarationFolder implements Declarations {
  readonly folder: string
  readonly #accounts: Accounts
  readonly #adapters: AdapterRules
  readonly #checkReach: DeclarationsOptions['checkReach']
  readonly #log: Logger
  readonly #changes = new InOrder()

  constructor({ folder, accounts, adapters, checkReach, log }: DeclarationsOptions) {
    this.folder = folder
    this.#accounts = accounts
    this.#adapters = adapters
    this.#checkReach = checkReach
    this.#log = log
  }

  async start(): Promise<void> {
    for (const result of await this.reload()) {
      if (result.did === 'taken-over') this.#log.info({ site: result.site, changes: result.changes }, 'the declaration of a site was taken over')
      if (result.did === 'waits')
        this.#log.warn({ site: result.site, widens: result.widens }, 'the declaration of a site waits for a yes: login-relay site reload')
      if (result.did === 'refused') this.#log.error({ site: result.site, problem: result.error.message }, 'the declaration of a site is not valid')
    }
  }

  stop(): Promise<void> {
    return this.#changes.settle()
  }

  async list(): Promise<FoundDeclaration[]> {
    const enrolled = (await this.#accounts.listSites()).map(({ id }) => id)
    const ids = [...new Set([...enrolled, ...(await this.#ids())])].sort()
    return Promise.all(ids.map((id) => this.#find(id)))
  }

  async look(site: string): Promise<FoundDeclaration> {
    checkId(site)
    return this.#find(site)
  }

  async text(site: string): Promise<string> {
    checkId(site)
    const enrolled = this.#accounts.site(site)
    const present = await readText(this.#path(site))
    if (present !== undefined) return present
    if (enrolled === undefined) throw new RelayError('site_unknown', { params: { site } })
    return declarationText(site, declarationOf(enrolled))
  }

  reload(options: ReloadOptions = {}): Promise<Reloaded[]> {
    return this.#changes.run(async () => {
      const found = options.site === undefined ? await this.list() : [await this.look(options.site)]
      const results: Reloaded[] = []
      for (const one of found) {
        const result = await this.#takeOver(one, options)
        if (result !== undefined) results.push(result)
      }
      return results
    })
  }

  save(site: string, text: string, { yes = false }: { readonly yes?: boolean } = {}): Promise<SiteChange> {
    return this.#changes.run(async () => {
      checkId(site)
      const path = this.#path(site)
      const wanted = readDeclaration(site, path, text, this.#adapters)
      const present = this.#accounts.site(site)
      const change = changeOf(present, wanted)
      if (change.widens.length > 0 && !yes) throw new RelayError('site_widens', { params: { site, widens: change.widens.join('; ') } })
      await this.#checkReach(wanted)
      await this.#makeFolder()
      if (present === undefined) await this.#accounts.addSite(wanted)
      else if (change.changes.length > 0) await this.#accounts.replaceSite(wanted)
      await writeText(path, text)
      return change
    })
  }

  add(site: Omit<Site, 'createdAt'>): Promise<Site> {
    return this.#changes.run(async () => {
      if (this.#accounts.site(site.id) === undefined && (await readText(this.#path(site.id))) !== undefined) {
        const advice = 'Choose another name with --id, or enrol what the file says: `login-relay site reload`.'
        throw new RelayError('already_exists', { params: { what: `a declaration ${this.#path(site.id)}`, advice } })
      }
      const added = await this.#accounts.addSite(site)
      await this.#write(added)
      return added
    })
  }

  replace(site: Omit<Site, 'createdAt'>): Promise<Site> {
    return this.#changes.run(async () => {
      const before = this.#accounts.site(site.id)
      const after = await this.#accounts.replaceSite(site)
      await this.#write(after, before)
      return after
    })
  }

  remove(id: string): Promise<boolean> {
    return this.#changes.run(async () => {
      const removed = await this.#accounts.removeSite(id)
      await removeFile(this.#path(id))
      return removed
    })
  }

  async #find(site: string): Promise<FoundDeclaration> {
    return { site, file: this.#path(site), declared: await this.#stateOf(site) }
  }

  async #takeOver({ site, declared }: FoundDeclaration, { yes = false, digest }: ReloadOptions): Promise<Reloaded | undefined> {
    switch (declared.state) {
      case 'same':
        return undefined
      case 'invalid':
        return { site, did: 'refused', error: declared.error }
      case 'missing': {
        const enrolled = this.#accounts.site(site)
        if (enrolled === undefined) throw new RelayError('site_unknown', { params: { site } })
        return this.#orRefused(site, async () => {
          await this.#write(enrolled)
          return { site, did: 'written' }
        })
      }
      case 'changed':
        if (digest !== undefined && digest !== declared.digest) throw new RelayError('declaration_moved_on', { params: { site } })
        if (declared.widens.length > 0 && !yes && digest === undefined) return { ...declared, site, did: 'waits' }
        return this.#apply(site, declared)
    }
  }

  #apply(site: string, { changes, digest }: SiteChange & { readonly digest: string }): Promise<Reloaded> {
    return this.#orRefused(site, async () => {
      const { text, wanted } = await this.#read(site)
      if (digestOf(text) !== digest) throw new RelayError('declaration_moved_on', { params: { site } })
      await this.#checkReach(wanted)
      if (this.#accounts.site(site) === undefined) await this.#accounts.addSite(wanted)
      else await this.#accounts.replaceSite(wanted)
      return { site, did: 'taken-over', changes }
    })
  }

  /** One file that cannot be taken over does not keep the others, or the relay, from their work. */
  async #orRefused(site: string, work: () => Promise<Reloaded>): Promise<Reloaded> {
    try {
      return await work()
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.code === 'internal') throw error
      return { site, did: 'refused', error }
    }
  }

  async #stateOf(site: string): Promise<DeclarationState> {
    try {
      const { text, wanted } = await this.#read(site)
      const change = changeOf(this.#accounts.site(site), wanted)
      return change.changes.length === 0 ? { state: 'same' } : { state: 'changed', ...change, digest: digestOf(text) }
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.code === 'not_found') return { state: 'missing' }
      if (error.code === 'internal') throw error
      return { state: 'invalid', error }
    }
  }

  async #read(site: string): Promise<{ readonly text: string; readonly wanted: Omit<Site, 'createdAt'> }> {
    const path = this.#path(site)
    const text = await readText(path)
    if (text === undefined) throw new RelayError('not_found', { params: { what: `declaration ${path}` } })
    return { text, wanted: readDeclaration(site, path, text, this.#adapters) }
  }

  /** Keeps the comments of a file that is there, and what it says beside what changes. */
  async #write(site: Site, before?: Site): Promise<void> {
    await this.#makeFolder()
    const path = this.#path(site.id)
    const present = before === undefined ? undefined : await readText(path)
    const after = declarationOf(site)
    const text = present === undefined || before === undefined ? declarationText(site.id, after) : editedText(site.id, present, declarationOf(before), after)
    await writeText(path, text)
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true })
    } catch (cause) {
      throw unusable(this.folder, 'written', cause)
    }
  }

  async #ids(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).filter((name) => /^[^._].*\.yaml$/.test(name)).map((name) => name.slice(0, -5))
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unusable(this.folder, 'read', cause)
    }
  }

  #path(site: string): string {
    return join(this.folder, `${site}.yaml`)
  }
}

/** A site's id names a file: nothing leads out of the folder. */
function checkId(site: string): void {
  if (!/^[a-z0-9]+([.-]+[a-z0-9]+)*$/.test(site)) throw new RelayError('site_unknown', { params: { site } })
}
