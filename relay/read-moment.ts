const form = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/

/** A moment that says its zone, or is a day of universal time. Milliseconds since 1970; undefined: it is written otherwise. */
export function readMoment(text: string): number | undefined {
  const moment = form.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(moment) ? undefined : moment
}
