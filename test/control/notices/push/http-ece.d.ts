/** The part of http_ece that tests use: an implementation of RFC 8188 and RFC 8291 that is not the relay's. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto'

  const ece: {
    /** Gives the text; throws where it is not encrypted for this key. */
    decrypt(body: Buffer, keys: { readonly version: 'aes128gcm'; readonly privateKey: ECDH; readonly authSecret: Buffer | string }): Buffer
  }
  export default ece
}
