import type { z } from 'zod'
import type { Adapter, Page } from '../contract.ts'
import { json } from '../json/json.ts'
import { type JsonSettings, jsonSettings } from '../json/settings.ts'

export interface KnownProduct {
  readonly name: string
  readonly description: string
  /** How surely a page is one of its own, 0 to 1: from 0.5 on the probe chooses it. */
  readonly detect: (page: Page) => number
  /** Where its login API is, and how it answers. Relative to the login page: a product may live below a path. */
  readonly settings: Partial<z.input<typeof jsonSettings>>
}

/** An adapter for a product that is known by its page, and whose script speaks with a login API that the page alone does not tell. */
export function byJson({ settings, detect, ...product }: KnownProduct): Adapter<JsonSettings> {
  const schemas: Readonly<Record<string, z.ZodType>> = jsonSettings.shape
  const shape = Object.entries(settings).map(([key, value]) => [key, schemas[key]?.prefault(value)])
  const { look: _, ...rest } = json
  // A page that holds a form itself is another edition, or only speaks of the product.
  const isDrawn = (page: Page): boolean => page.query('input[type=password]').length === 0
  return {
    ...rest,
    ...product,
    detect: (page) => (isDrawn(page) ? detect(page) : 0),
    settings: jsonSettings.extend(Object.fromEntries(shape)) as unknown as typeof jsonSettings,
  }
}
