import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Accounts } from '../../accounts/index.ts'
import { asRelayError, RelayError } from '../../errors.ts'
import type { Identity } from '../../identity/index.ts'
import type { Grant } from './contract.ts'
import { granteeOf, namedAccount, userIds } from './names.ts'
import { readPolicy } from './policy.ts'
import type { Grants } from './port.ts'

export interface GrantFilesOptions {
  /** Absolute; it need not be there. */
  readonly folder: string
  readonly grants: Grants
  readonly accounts: Pick<Accounts, 'account'>
  readonly identity: Pick<Identity, 'findUser' | 'listDevices'>
  /** Tells people that a file lends an account, or takes it back. It fails for nobody. */
  readonly tell: (grant: Grant, what: 'lends you' | 'takes back from you') => Promise<void>
  readonly log: Logger
}

/** What a reload did with a file. */
export interface ReloadedPolicy {
  readonly file: string
  readonly did: 'lent' | 'kept' | 'ended' | 'refused'
  readonly error?: RelayError
}

/** Policies in files: one YAML file a grant. They belong to who holds the data directory. */
export interface GrantFiles {
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Takes over what the files say. A file that is gone or not valid lends nothing; one that was changed lends anew; one that stays as it was
   * stays revoked, if its grant was.
   */
  reload(): Promise<readonly ReloadedPolicy[]>
}

export function createGrantFiles(options: GrantFilesOptions): GrantFiles {
  const { folder, grants, tell, log } = options
  let last: Promise<unknown> = Promise.resolve()

  async function takeOver(): Promise<readonly ReloadedPolicy[]> {
    const files = await policyFiles(folder)
    const results: ReloadedPolicy[] = []
    for (const grant of grants.list()) {
      if (grant.file === undefined || files.includes(grant.file.name)) continue
      await end(grant)
      results.push({ file: grant.file.name, did: 'ended' })
    }
    for (const name of files) results.push(await takeOverOne(name))
    return results
  }

  async function takeOverOne(name: string): Promise<ReloadedPolicy> {
    const present = grants.list().find(({ file }) => file?.name === name)
    try {
      const text = await readFile(join(folder, name), 'utf8')
      const digest = createHash('sha256').update(text).digest('base64url')
      if (present?.file?.digest === digest) return { file: name, did: 'kept' }
      if (present !== undefined) await end(present)
      const { account: named, to, approvers, terms } = readPolicy(text)
      const account = await namedAccount(options, named)
      if (account === undefined) throw new RelayError('not_found', { params: { what: `account ${named}` } })
      const approval = approvers === undefined ? {} : { approval: { by: await userIds(options, approvers) } }
      const grant = await grants.add(account, await granteeOf(options, to), { ...terms, ...approval }, { file: { name, digest } })
      await tell(grant, 'lends you')
      return { file: name, did: 'lent' }
    } catch (thrown) {
      const still = grants.list().find(({ file }) => file?.name === name)
      if (still !== undefined) await end(still)
      const { code, params, message } = asRelayError(thrown)
      // No request was made: what is wrong with it is said of the policy.
      const problem = code === 'bad_request' ? String(params.problem) : message.replace(/\.$/, '')
      return {
        file: name,
        did: 'refused',
        error: new RelayError('grant_in_file', { params: { file: name, problem }, cause: thrown }),
      }
    }
  }

  async function end(grant: Grant): Promise<void> {
    await grants.remove(grant.id)
    // Its owner may have taken it back before.
    if (grant.revokedAt === undefined) await tell(grant, 'takes back from you')
  }

  /** One after another. */
  function reload(): Promise<readonly ReloadedPolicy[]> {
    const result = last.then(takeOver)
    last = result.catch(() => {})
    return result
  }

  return {
    reload,
    async start() {
      for (const { file, did, error } of await reload()) {
        if (did === 'refused') log.error({ file, problem: error?.message }, 'a policy is not valid: it lends nothing')
        else if (did !== 'kept') log.info({ file, did }, 'a policy was taken over')
      }
    },
    async stop() {
      await last
    },
  }
}

async function policyFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[\w.-]+\.ya?ml$/.test(name)).sort()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new RelayError('declaration_unreadable', { params: { file: folder, what: 'read' }, cause })
  }
}
