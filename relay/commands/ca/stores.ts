import type { Step } from './step.ts'

/** Places that clients look for certificates in. */
export const storeNames = ['debian', 'fedora', 'macos', 'windows', 'nss', 'java'] as const
export type StoreName = (typeof storeNames)[number]

/** The certificate as it is to be found in a store. */
export interface Certificate {
  /** A PEM file. */
  readonly file: string
  /** SHA-1, hexadecimal without colons: by this macOS and Windows find one again. */
  readonly thumbprint: string
}

/** Where stores are, where that is not fixed. */
export interface Places {
  /** Folders with NSS databases: Firefox profiles, and that of Chromium. */
  readonly nss: readonly string[]
  /** A folder without one, in which one is made first. */
  readonly newNss?: string
  /** A keystore; undefined: that of the Java that runs. */
  readonly keystore?: string
  /** A file with the keystore's password; undefined: Java's usual one. */
  readonly keystorePassword?: string
  /** For Debian; default: the system's. */
  readonly debian?: { readonly local: string; readonly etc: string }
}

const alias = 'login-relay'

/** Puts it in, in the place of an earlier one: each new one has the same name. On macOS and Windows the earlier ones stay beside it. */
export function installSteps(store: StoreName, certificate: Certificate, places: Places): readonly Step[] {
  const { file } = certificate
  switch (store) {
    case 'debian':
      return [{ do: 'copy', from: file, to: debianFile(places) }, updateDebian(places)]
    case 'fedora':
      return [
        { do: 'copy', from: file, to: fedoraFile },
        { do: 'run', words: ['update-ca-trust', 'extract'] },
      ]
    case 'macos':
      return [{ do: 'run', words: ['security', 'add-trusted-cert', '-d', '-r', 'trustRoot', '-k', '/Library/Keychains/System.keychain', file] }]
    case 'windows':
      return [{ do: 'run', words: ['certutil', '-addstore', '-f', 'Root', file] }]
    case 'nss':
      return [...makeDatabase(places), ...places.nss.flatMap((folder) => intoDatabase(folder, file))]
    case 'java':
      return [
        { do: 'run', words: ['keytool', '-delete', '-alias', alias, ...keystore(places)], mayFail: true },
        { do: 'run', words: ['keytool', '-importcert', '-noprompt', '-trustcacerts', '-alias', alias, '-file', file, ...keystore(places)] },
      ]
  }
}

/** Takes it out again. */
export function removeSteps(store: StoreName, { thumbprint }: Certificate, places: Places): readonly Step[] {
  switch (store) {
    case 'debian':
      return [{ do: 'remove', file: debianFile(places) }, updateDebian(places, '--fresh')]
    case 'fedora':
      return [
        { do: 'remove', file: fedoraFile },
        { do: 'run', words: ['update-ca-trust', 'extract'] },
      ]
    case 'macos':
      return [{ do: 'run', words: ['security', 'delete-certificate', '-Z', thumbprint, '-t', '/Library/Keychains/System.keychain'] }]
    case 'windows':
      return [{ do: 'run', words: ['certutil', '-delstore', 'Root', thumbprint] }]
    case 'nss':
      return places.nss.map((folder) => ({ do: 'run', words: ['certutil', '-D', '-d', `sql:${folder}`, '-n', alias] }))
    case 'java':
      return [{ do: 'run', words: ['keytool', '-delete', '-alias', alias, ...keystore(places)] }]
  }
}

function makeDatabase({ newNss }: Places): readonly Step[] {
  if (newNss === undefined) return []
  return [
    { do: 'run', words: ['mkdir', '-p', newNss] },
    { do: 'run', words: ['certutil', '-N', '--empty-password', '-d', `sql:${newNss}`] },
  ]
}

function intoDatabase(folder: string, file: string): readonly Step[] {
  return [
    { do: 'run', words: ['certutil', '-D', '-d', `sql:${folder}`, '-n', alias], mayFail: true },
    { do: 'run', words: ['certutil', '-A', '-d', `sql:${folder}`, '-t', 'C,,', '-n', alias, '-i', file] },
  ]
}

const fedoraFile = '/etc/pki/ca-trust/source/anchors/login-relay.pem'

/** update-ca-certificates reads files that end so. */
function debianFile({ debian }: Places): string {
  return `${debian?.local ?? '/usr/local/share/ca-certificates'}/login-relay.crt`
}

function updateDebian({ debian }: Places, ...more: readonly string[]): Step {
  const folders = debian === undefined ? [] : ['--localcertsdir', debian.local, '--etccertsdir', debian.etc]
  return { do: 'run', words: ['update-ca-certificates', ...more, ...folders] }
}

/** Its password is no secret where it is the one that every Java comes with. */
function keystore({ keystore: file, keystorePassword }: Places): readonly string[] {
  const password = keystorePassword === undefined ? ['-storepass', 'changeit'] : ['-storepass:file', keystorePassword]
  return [...(file === undefined ? ['-cacerts'] : ['-keystore', file]), ...password]
}
