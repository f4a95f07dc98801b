import { basic } from './basic.ts'
import type { Adapter } from './contract.ts'
import { digest } from './digest.ts'
import { form } from './form/form.ts'
import { formByScript } from './form/form-by-script.ts'
import { json } from './json/json.ts'
import { grafana, nodeRed, ruoyi, verdaccio } from './products/index.ts'

/** Products that are known by their pages. */
const products = [grafana, nodeRed, ruoyi, verdaccio]

/** Every adapter that comes with the relay. For choosing one, they look at a page in this order. */
export const builtInAdapters: readonly Adapter[] = [digest, basic, json, form, formByScript, ...products].map((adapter) => adapter as unknown as Adapter)
