import { listSections, type Option, type Section } from './options.ts'

const generated = 'config/write-reference.ts writes this file from config/schema.ts'

/** docs/configuration.md: every option with its default, what it may be, its variable and its words. */
export function configurationReference(): string {
  return `<!-- ${generated}. -->

# Configuration

One YAML file. The relay reads the file that \`--config\` or the variable \`LOGIN_RELAY_CONFIG\` names, else \`relay.yaml\` in the directory
that \`--data\` names, else \`./relay.yaml\`; without a file every option has its default. \`config/relay.example.yaml\` lists them all.

An unknown key, a key that stands twice and a value that does not fit are errors that name file, line and key. Relative paths start at the
folder of the file. A variable overrides the file; a path in a variable starts at the working directory. An empty variable sets nothing, and an
unknown one that begins with \`LOGIN_RELAY_\` gets a warning.

${listSections().map(sectionText).join('\n')}
## Variables that are no options

| variable | what it holds |
|---|---|
| \`LOGIN_RELAY_CONFIG\` | the configuration file, where \`--config\` names none |
| \`LOGIN_RELAY_MASTER_KEY\` | the master key, 32 bytes in base64, with \`masterKey.source: environment\` |
| \`LOGIN_RELAY_MASTER_KEY_NEXT\` | the master key that \`vault rotate-key\` changes to |
| \`LOGIN_RELAY_UPSTREAM_NAME\` | an upstream proxy's address with its user name and password, where an option says \`env:NAME\` |
| \`LOGIN_RELAY_PASSPHRASE\` | the passphrase, with \`masterKey.source: passphrase\` |
| \`LOGIN_RELAY_SMTP_PASSWORD\` | the password at the mail server, with \`notices.smtpUser\` |
| \`LOGIN_RELAY_PASSPHRASE_NEXT\` | the passphrase that \`vault rotate-key\` changes to |
`
}

/** config/relay.example.yaml: every option at its default, those without one commented out. */
export function exampleFile(): string {
  const head = [
    'The configuration of login-relay with every option at its default.',
    'Copy what you change into relay.yaml; docs/configuration.md says more.',
    `${generated}.`,
  ]
  return `${head.map((line) => `# ${line}`).join('\n')}\n\n${listSections().map(sectionExample).join('\n')}`
}

function sectionText({ key, description, options }: Section): string {
  const rows = options.map((option) => {
    const standard = option.default === undefined ? '' : `\`${option.default}\``
    return `| \`${option.path.join('.')}\` | ${standard} | ${takes(option)} | ${option.description} | \`${option.variable}\` |`
  })
  const intro = isTop(options) ? '' : `${description}\n\n`
  return `## ${key}\n\n${intro}| key | default | takes | | variable |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}

function takes({ choices, type, form, minimum, maximum }: Option): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ')
  return type === 'integer' ? `${minimum} to ${maximum}` : (form ?? 'text')
}

function sectionExample({ key, description, options }: Section): string {
  if (isTop(options)) return options.flatMap((option) => optionLines(option, '')).join('')
  return [...comment(description, ''), `${key}:\n`, ...options.flatMap((option) => optionLines(option, '  '))].join('')
}

function optionLines(option: Option, indent: string): string[] {
  const key = option.path.at(-1)
  const line = option.default === undefined ? `# ${key}: ${option.example}` : `${key}: ${option.default}`
  return [...comment(option.choices === undefined ? option.description : `${option.description} (${option.choices.join(', ')})`, indent), `${indent}${line}\n`]
}

function isTop(options: readonly Option[]): boolean {
  return options[0]?.path.length === 1
}

/** Comment lines of at most about a hundred characters. */
function comment(text: string, indent: string): string[] {
  return (text.match(/\S.{0,95}(?=\s|$)/g) ?? []).map((line) => `${indent}# ${line}\n`)
}
