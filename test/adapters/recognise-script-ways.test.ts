import t from 'tap'
import { seen } from './seen-script.ts'

/** Each of them sends something else where a condition holds that nobody knows: to take one of the two for sure would be a guess. */
const doubtful: readonly (readonly [why: string, body: string, before?: string])[] = [
  ['an assignment stands in one half of `?:`', 'window.old ? (f.pass.value = md5(p)) : (f.pass.value = sha1(p))'],
  ['an assignment stands in one half of `?:` alone', 'window.old ? 0 : (f.pass.value = sha1(p))'],
  ['an assignment stands behind `&&`', 'f.pass.value = md5(p); window.old && (f.pass.value = sha1(p))'],
  ['an assignment stands behind `||`', 'f.pass.value = md5(p); window.old || (f.pass.value = sha1(p))'],
  ['a variable is changed behind `&&`', 'var s = md5(p); window.old && (s = sha1(p)); f.pass.value = s'],
  ['a member of an object is changed under a condition', 'var o = { h: p }; if (window.old) o.h = md5(p); else o.h = sha1(p); f.pass.value = o.h'],
  ['a member is changed whose name nobody knows', 'var o = { h: md5(p) }; o[window.old] = sha1(p); f.pass.value = o.h'],
  [
    'one of two keys is given to the cipher',
    'var e = new JSEncrypt(); if (window.old) e.setPublicKey("a"); else e.setPublicKey("b"); f.pass.value = e.encrypt(p)',
  ],
  ['the handler of a `try` does it otherwise', 'try { f.pass.value = sha256(p) } catch (e) { f.pass.value = md5(p) }'],
  ['a `throw` leads past it', 'try { if (window.old) throw 1; f.pass.value = md5(p) } catch (e) { }'],
  ['a `throw` of a called function leads past it', 'try { check(); f.pass.value = md5(p) } catch (e) { }', 'function check() { if (window.old) throw 1 }'],
  ['a `throw` stands between two changes of a variable', 'var s = p; try { s = md5(s); if (window.old) throw 1; s = sha1(p) } catch (e) { } f.pass.value = s'],
  ['a case goes on with the next', 'switch (window.old) { case 1: p = md5(p); default: f.pass.value = sha1(p) }'],
  ['a `break` under a condition leaves the case', 'switch (window.old) { default: if (window.a) { f.pass.value = md5(p); break } f.pass.value = sha1(p) }'],
  ['a label is left', 'f.pass.value = sha1(p); a: { if (window.old) break a; f.pass.value = md5(p) }'],
  ['the head of a loop changes it', 'f.pass.value = sha1(p); for (var i = 0; i < 2; f.pass.value = md5(p)) i++'],
  ['a loop begins with another value', 'var s = md5(p); for (s of window.all) { } f.pass.value = s'],
  ['a check returns another hash', 'f.pass.value = h(p)', 'function h(p) { if (!window.old) return md5(p); return sha1(p) }'],
]

for (const [why, body, before = ''] of doubtful)
  t.test(`scripts are left to the person where ${why}`, async (t) => {
    t.equal(await seen(t, `${before} function send(f) { var p = f.pass.value; ${body} }`), undefined)
  })

const understood: readonly (readonly [what: string, body: string, before?: string])[] = [
  ['`?:` of which both halves do the same', 'window.old ? (f.pass.value = md5(p)) : (f.pass.value = md5(p))'],
  ['a message behind `&&`', 'window.old && alert("old"); f.pass.value = md5(p)'],
  ['a `try` whose handler shows a message', 'try { f.pass.value = md5(p) } catch (e) { alert(e) }'],
  ['a `try` whose handler ends it', 'try { if (!p) throw new Error("none"); f.pass.value = md5(p) } catch (e) { alert(e); return false }'],
  ['something after a `try`', 'var s; try { s = p } finally { s = md5(s) } f.pass.value = s'],
  ['cases that all do the same', 'switch (window.old) { case 1: case 2: f.pass.value = md5(p); break; default: f.pass.value = md5(p) }'],
  ['the discriminant of a `switch`', 'switch (f.pass.value = md5(p)) { case 1: alert("1") }'],
  ['the first part of a loop’s head', 'for (f.pass.value = md5(p); window.old; ) alert("1")'],
  ['a body that runs at least once', 'do { f.pass.value = md5(p) } while (window.old)'],
  ['a block with a variable of the same name', 'var s = md5(p); { let s = "other" } f.pass.value = s'],
  ['a check that returns nothing', 'f.pass.value = h(p)', 'function h(p) { if (!window.md5) return ""; return md5(p) }'],
]

for (const [what, body, before = ''] of understood)
  t.test(`scripts with ${what} are understood`, async (t) => {
    t.same(await seen(t, `${before} function send(f) { var p = f.pass.value; ${body} }`), { transform: 'md5(password)' })
  })
