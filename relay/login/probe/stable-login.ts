/**
 * Where a sign-in begins. A login that another host does is begun where the person said: the address it ends at is good for one
 * visit. Otherwise the page with the form, without a session id in its address.
 */
export function stableLogin(given: URL, found: URL): URL {
  if (found.hostname !== given.hostname) return given
  const stable = new URL(found)
  stable.pathname = stable.pathname.replace(/;jsessionid=[^/]*/i, '')
  for (const name of [...stable.searchParams.keys()]) if (/^(?:phpsessid|jsessionid|sid|session_?id)$/i.test(name)) stable.searchParams.delete(name)
  stable.hash = ''
  return stable
}
