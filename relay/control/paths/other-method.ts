import { paramsOf } from './params.ts'

/** Many frameworks take another method from a field or a parameter in place of the request's own; CGI and its heirs read `_` and `-` alike. */
const otherMethod = /^(?:x[-_])?(?:http[-_]?)?method(?:[-_]?override)?$/i

/** Does a field of this name, by some spelling, name another method than the request's own? */
export function isOtherMethodField(name: string): boolean {
  return otherMethod.test(name)
}

/** Does a parameter do it? `target`: path and query as they go to the site; parameters of the path count too. */
export function hasOtherMethodParam(target: string): boolean {
  if (!/[?;]/.test(target)) return false
  return [...paramsOf(target.replaceAll('?', '&')).keys()].some((name) => otherMethod.test(name.replace(/^_+/, '')))
}
