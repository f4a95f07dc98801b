/** A unit of the person's own systemd. */
export function systemdUnit(command: readonly string[]): string {
  return `# Written by \`login-relay connect --install-service\`, which writes it anew.
[Unit]
Description=login-relay connect: the proxy of this terminal

[Service]
ExecStart=${command.map(quoted).join(' ')}
Restart=on-failure
RestartSec=2
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
`
}

/** A word of ExecStart (systemd.service(5), systemd.syntax(7)): quoted, its specifiers and variables taken as they are. */
function quoted(word: string): string {
  return `"${word
    .replace(/[\\"]/g, (c) => `\\${c}`)
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')}"`
}
