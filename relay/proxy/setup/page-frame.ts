import { escapeHtml } from '../../traffic/index.ts'

/** A page at relay.pac. `body` is HTML; `styles` are CSS of this page alone. */
export function pageFrame(title: string, body: string, styles = ''): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 8vh auto; padding: 0 1.25rem; color: #1d2733; background: #fbfbfa }
  h1 { font-size: 1.4rem } a { color: #0b5cad } code { overflow-wrap: anywhere } .good { color: #1a6b3c } .bad { color: #a12b1d } dt { margin-top: .8rem }
  @media (prefers-color-scheme: dark) { body { color: #e6e9ec; background: #15191d } a { color: #7db7f0 } .good { color: #7fd39f } .bad { color: #f09a8d } }
${styles}</style>
<h1>${escapeHtml(title)}</h1>
${body}
</html>
`
}
