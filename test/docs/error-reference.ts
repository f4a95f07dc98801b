import { catalogue, type ErrorRow } from '../../relay/error-catalogue.ts'

/** docs/errors.md: the catalogue of relay/error-catalogue.ts as people read it. */
export function errorReference(): string {
  const rows = Object.entries<ErrorRow>(catalogue).map(
    ([code, { status, exit, text, next }]) => `## ${code}\n\nStatus ${status}, exit code ${exit}.\n\n> ${escapeHtml(text)}\n\n${escapeHtml(next)}\n`,
  )
  return `<!-- test/docs/write-error-reference.ts writes this file from relay/error-catalogue.ts. -->

# Errors

Every error has a code, an HTTP status, an exit code of the command line (1: failed, 2: wrong usage), a text, and what to do next. Match the code;
texts may change. The API answers with problem details (RFC 9457) whose \`type\` is \`urn:login-relay:error:CODE\`; answers that the proxy
makes itself carry \`Login-Relay-Error: CODE\`. Words in braces are filled in.

${rows.join('\n')}`
}

/** Placeholders like {file} and commands like \`x\` stay; a less-than sign would begin HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll('<', '&lt;')
}
