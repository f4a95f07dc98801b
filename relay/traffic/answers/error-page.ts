import type { RelayError } from '../../errors.ts'

/** What a person sees in place of the site's page: what happened, what to do next, the way to the portal. */
export function errorPage(error: RelayError, url: string): string {
  const waits = error.code === 'captcha_pending'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${waits ? '<meta http-equiv="refresh" content="5">\n' : ''}<title>${escapeHtml(error.message.replaceAll('`', ''))}</title>
<style>
  body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.25rem; color: #1d2733; background: #fbfbfa }
  h1 { font-size: 1.4rem } a { color: #0b5cad } footer { margin-top: 3rem; color: #6a7580; font-size: .85rem }
  @media (prefers-color-scheme: dark) { body { color: #e6e9ec; background: #15191d } a { color: #7db7f0 } }
</style>
<h1>${prose(error.message)}</h1>
<p>${prose(error.next)}</p>
<p><a href="${escapeHtml(url)}">Open the portal</a></p>
${waits ? '<p>This page looks again by itself every five seconds.</p>\n' : ''}<footer>Said by login-relay, not by the site. Code: <code>${error.code}</code></footer>
</html>
`
}

/** The catalogue's words: what stands in a pair of backticks is code. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** Text as it stands in a page, in content and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
