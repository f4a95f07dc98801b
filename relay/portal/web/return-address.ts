/** Stands for the portal while an address is read; no portal is reached at it. */
const here = 'http://relay.invalid'

/**
 * Where to go after signing in: a path of the portal itself, or the start page. Whatever a browser could read as another origin (`//host`,
 * `/\host`, a scheme, a control character) is not taken, and what is taken is written anew from its parsed form.
 */
export function returnAddress(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > 2000) return '/'
  // URL parsers drop tabs and line ends, and read backslashes as slashes.
  if (!/^\/[!-[\]-~]*$/.test(wanted)) return '/'
  const path = readPath(wanted)
  // `/.//host` is read as `//host`: what is sent is read once more.
  return path !== undefined && readPath(path) === path ? path : '/'
}

function readPath(text: string): string | undefined {
  if (text.startsWith('//') || !URL.canParse(text, here)) return undefined
  const url = new URL(text, here)
  return url.origin === here ? url.pathname + url.search : undefined
}
