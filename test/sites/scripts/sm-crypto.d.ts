/** The part of sm-crypto that the sample servers use: an implementation of SM2 and SM3 that is not the relay's. */
declare module 'sm-crypto' {
  const smCrypto: {
    readonly sm2: {
      generateKeyPairHex(): { readonly publicKey: string; readonly privateKey: string }
      /** `mode` 1: C1 C3 C2, 0: C1 C2 C3; without the leading 04. */
      doDecrypt(cipher: string, privateKey: string, mode?: 0 | 1): string
    }
    sm3(text: string): string
  }
  export default smCrypto
}
