import { escapeHtml } from '../../traffic/index.ts'
import { pageFrame } from './page-frame.ts'

export interface SetupFacts {
  /** What the page's script tries to reach; undefined: no enrolled site uses TLS. */
  readonly probe: string | undefined
  readonly fingerprint: string
  readonly hosts: readonly string[]
  readonly portalUrl: string
}

const ways: readonly (readonly [where: string, how: string])[] = [
  ['With login-relay on it', 'login-relay ca install --file login-relay-ca.pem'],
  ['Debian, Ubuntu', 'sudo cp login-relay-ca.pem /usr/local/share/ca-certificates/login-relay.crt && sudo update-ca-certificates'],
  ['Fedora', 'sudo cp login-relay-ca.pem /etc/pki/ca-trust/source/anchors/login-relay.pem && sudo update-ca-trust extract'],
  ['macOS', 'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain login-relay-ca.pem'],
  ['Windows', 'certutil -addstore Root login-relay-ca.pem'],
  [
    'Chromium on Linux',
    'certutil -d sql:$([ -d ~/.pki/nssdb ] && echo ~/.pki/nssdb || echo ~/.local/share/pki/nssdb) -A -t C,, -n login-relay -i login-relay-ca.pem',
  ],
  ['Firefox', 'Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import'],
]

/** The page that a browser sees at http://relay.pac/. */
export function setupHtml({ probe, fingerprint, hosts, portalUrl }: SetupFacts): string {
  const trust =
    probe === undefined
      ? '<p>No enrolled site uses TLS: there is nothing to trust yet.</p>'
      : `<p id="trust" data-probe="${escapeHtml(probe)}">Looking whether this browser trusts the relay …</p>\n<script src="/trust.js"></script>`
  return pageFrame(
    'This browser goes through the relay',
    `${trust}
<p><a href="/ca.pem">Download the relay's CA</a>, and compare its SHA-256 with what <code>login-relay ca show</code> prints at the relay, for it came over plain HTTP:<br><code>${escapeHtml(fingerprint)}</code></p>
<p>It can vouch for these hosts and no others: ${hosts.map((host) => `<code>${escapeHtml(host)}</code>`).join(', ') || 'none'}.</p>
<dl>
${ways.map(([where, how]) => `<dt>${escapeHtml(where)}</dt><dd><code>${escapeHtml(how)}</code></dd>`).join('\n')}
</dl>
<p><a href="/proxy.pac">The PAC file</a> · <a href="/accounts">Which account this device uses at a site</a> · <a href="${escapeHtml(portalUrl)}">The portal</a></p>`,
  )
}
