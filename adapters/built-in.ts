import { basic } from './basic.ts'
import type { Adapter } from './contract.ts'
import { form } from './form/form.ts'

/** Every adapter that comes with the relay. For choosing one, they look at a page in this order. */
export const builtInAdapters: readonly Adapter[] = [basic, form].map((adapter) => adapter as unknown as Adapter)
