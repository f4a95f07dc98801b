import type { Form } from '../../contract.ts'

/** What a page asks beyond user name and password. */
export type Asked =
  /** `isSent`: it comes by mail or phone, so that no authenticator key makes it. */
  | {
      readonly kind: 'code'
      readonly form: Form
      readonly field: string
      /** A field for each character, where they are sent one by one. */
      readonly boxes?: readonly string[]
      readonly words: string
      readonly isSent: boolean
    }
  /** A question whose answer the person has left with the site. */
  | { readonly kind: 'question'; readonly form: Form; readonly field: string; readonly words: string }
  /** Nothing is asked but that the person goes on: a notice, other sessions to end. */
  | { readonly kind: 'go-on'; readonly press: Press; readonly words: string }

export type Press = { readonly form: Form; readonly button: string | undefined } | { readonly link: URL }
