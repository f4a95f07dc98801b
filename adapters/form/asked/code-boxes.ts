import type { Form, FormField } from '../../contract.ts'
import { mentions, oneTimeCodeWords } from '../words.ts'

/** Where a code goes that is typed into boxes of one character each. */
export interface CodeBoxes {
  /** A field for the whole code, or one for each character. */
  readonly fields: readonly string[]
  readonly words: string
}

/** Boxes are not for a code because they are boxes: the page says so. */
export const codeWords = /code|otp|c[oó]digo|codice|код|验证码|驗證碼|コード/iu

/** As codes are long. Fewer boxes ask for some letters of a password. */
const [fewest, most] = [4, 8]

/**
 * The boxes of a form, undefined: it has none. Where they have no names, or an empty hidden field is there for the code, the page's script
 * joins them in that field.
 */
export function codeBoxes(form: Form): CodeBoxes | undefined {
  const boxes = form.fields.filter(({ type, disabled, maxLength }) => !disabled && maxLength === 1 && ['text', 'tel', 'number', 'password'].includes(type))
  if (boxes.length < fewest || boxes.length > most) return undefined
  const words = boxes.find(({ label }) => label !== '')?.label ?? ''
  const joined = form.fields.filter(({ type, name, id, value }) => type === 'hidden' && value === '' && mentions(oneTimeCodeWords, name, id))
  if (joined.length === 1) return { fields: joined.map(({ name }) => name), words }
  const keys = boxes.map((box) => keyOf(box, boxes))
  return keys.every((key) => key !== undefined) ? { fields: keys, words } : undefined
}

/** Its name, or its id where they all have one name: what it is filled in by. It is sent only where it has a name. */
function keyOf({ name, id }: FormField, boxes: readonly FormField[]): string | undefined {
  if (name === '') return undefined
  if (boxes.filter((other) => other.name === name).length === 1) return name
  return id !== '' && boxes.filter((other) => other.id === id).length === 1 ? id : undefined
}
