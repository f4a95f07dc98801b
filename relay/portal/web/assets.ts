import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

interface Asset {
  /** Holds a hash of the content: a new content has a new address, so that browsers may keep what they have. */
  readonly path: string
  readonly type: string
  readonly content: Buffer
}

const folder = join(import.meta.dirname, '../assets')

export const assets = {
  style: loadAsset('portal.css', 'text/css; charset=utf-8'),
  script: loadAsset('portal.js', 'text/javascript; charset=utf-8'),
  passkey: loadAsset('passkey.js', 'text/javascript; charset=utf-8'),
  push: loadAsset('push.js', 'text/javascript; charset=utf-8'),
  icon: loadAsset('icon.svg', 'image/svg+xml'),
} as const

function loadAsset(file: string, type: string): Asset {
  const content = readFileSync(join(folder, file))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
  return { path: `/assets/${file.replace('.', `-${hash}.`)}`, type, content }
}

/** At one address always: a browser that has it looks there for a new one, and it works below its folder alone. */
const noticeWorker = { ...loadAsset('notice-worker.js', 'text/javascript; charset=utf-8'), path: '/notices/worker.js' }

/** Serves the style, the scripts and the icon from memory. */
export function installAssets(app: FastifyInstance): void {
  for (const { path, type, content } of Object.values(assets)) {
    const etag = `"${path}"`
    app.get(path, (request, reply) => {
      reply.header('cache-control', 'public, max-age=31536000, immutable').header('etag', etag)
      return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(type).send(content)
    })
  }
  const { path, type, content } = noticeWorker
  app.get(path, (_, reply) => reply.header('content-security-policy', "default-src 'none'; connect-src 'self'").type(type).send(content))
}
