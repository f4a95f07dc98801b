import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Anti-CSRF values for the pages at relay.pac. A browser that goes through the proxy presents its device with every request, whichever
 * page made it: only one that could read the relay's own page knows the value. Bound to device and site; good while this relay runs.
 */
export class PageTokens {
  readonly #key = randomBytes(32)

  of(deviceId: string, siteId: string): string {
    return this.#digest(deviceId, siteId).toString('base64url')
  }

  isOf(given: string, deviceId: string, siteId: string): boolean {
    const bytes = Buffer.from(given, 'base64url')
    const expected = this.#digest(deviceId, siteId)
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  }

  #digest(deviceId: string, siteId: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([deviceId, siteId]))
      .digest()
  }
}
