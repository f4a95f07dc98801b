import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import type { Relay } from '../relay/app.ts'
import { temporaryFile } from './proxy/curl.ts'
import { tempFolder } from './temp-folder.ts'

const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** A request for a certificate, and its key, as openssl makes them: for a key on P-256, or as its options say. */
export async function opensslRequest(t: Test, ...kind: string[]): Promise<{ readonly key: string; readonly request: string }> {
  const folder = await tempFolder(t)
  const [key, request] = ['key.pem', 'request.pem'].map((name) => join(folder, name)) as [string, string]
  await promisify(execFile)('openssl', ['req', '-new', '-nodes', '-subj', '/CN=anything', ...(kind.length > 0 ? kind : p256), '-keyout', key, '-out', request])
  return { key: await readFile(key, 'utf8'), request: await readFile(request, 'utf8') }
}

/** A client certificate of a device with its key, in a file. */
export async function certificateFile(t: Test, { deviceCertificates }: Pick<Relay, 'deviceCertificates'>, device: string): Promise<string> {
  const { key, request } = await opensslRequest(t)
  const { certificate } = await deviceCertificates.issue(device, request)
  return temporaryFile(t, 'device.pem', key + certificate)
}
