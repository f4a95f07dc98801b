import type { ServerResponse } from 'node:http'

/**
 * Pages of relay.pac: in no frame (clickjacking), nothing but their own script. No `form-action`: browsers hold to it the whole way that
 * follows a form, and the site may lead on anywhere. The referrer stays within: with `no-referrer` a form would name no origin.
 */
const policy = "default-src 'none'; script-src 'self'; connect-src https:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

export function respondSetup(res: ServerResponse, type: string, text: string, fields: readonly string[] = [], status = 200): void {
  const body = Buffer.from(text)
  res.writeHead(status, [
    ...['Content-Type', type, 'Content-Length', String(body.length), 'Cache-Control', 'no-store', 'Referrer-Policy', 'same-origin'],
    ...['Content-Security-Policy', policy, 'X-Frame-Options', 'DENY', 'X-Content-Type-Options', 'nosniff', ...fields],
  ])
  res.end(body)
}
