const signatures: readonly (readonly [type: string, offset: number, bytes: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/bmp', 0, 'BM'],
]

/** The type of an image by its first bytes (WHATWG MIME Sniffing section 6.1), whatever the site called it. */
export function imageType(image: Uint8Array): string {
  const head = Buffer.from(image.subarray(0, 1024)).toString('latin1')
  for (const [type, offset, bytes] of signatures) if (head.startsWith(bytes, offset)) return type
  return /^\s*(?:<\?xml|<!--|<!doctype svg|<svg)/i.test(head) ? 'image/svg+xml' : 'application/octet-stream'
}
