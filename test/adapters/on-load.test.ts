import t from 'tap'
import { leadsOn } from '../../adapters/index.ts'
import { browserFor } from '../login/browser/browser-for-test.ts'
import { serve } from '../sites/serve.ts'
import { openPage } from './open-page.ts'

/** Whole pages' markup, and the path that their scripts lead on to as they load. */
const pages: readonly (readonly [string, string, string | undefined])[] = [
  ['at once', '<script language="javascript">top.location.href="main.asp"</script>', '/main.asp'],
  ['behind a message', '<script><!--\nalert("Welcome"); window.location = "/main";\n//--></script>', '/main'],
  ['by its methods', '<script>window.parent.location.replace("/a?b=" + new Date().getTime())</script>', '/a?b='],
  ['with a name for the address', '<script>var base = "/app"; location.assign(base + `/main`)</script>', '/app/main'],
  ['from the body', '<body onload="go()"><script>function go() { location.href = "/main" }</script>', '/main'],
  ['once it is loaded', '<script>window.onload = function () { if (document.title) location = "/main" }</script>', '/main'],
  ['by a listener', '<script>document.addEventListener("DOMContentLoaded", () => location.replace("/main"))</script>', '/main'],
  ['by jQuery', '<script>$(document).ready(function(){ setTimeout("location.href = \'/main\'", 3 * 1000) })</script>', '/main'],
  ['in a function that is called', '<script>(function () { var to = "/main"; document.location = to }).call(this)</script>', '/main'],
  ['out of frames or not', '<script>if (top.location != self.location) { top.location = "/framed" } else { location = "/main" }</script>', '/main'],
  [
    'by the listener of new and old browsers',
    '<script>function go() { location.href = "/main" } if (window.addEventListener) window.addEventListener("load", go, false); else if (window.attachEvent) window.attachEvent("onload", go)</script>',
    '/main',
  ],
  [
    'once the page says that it is complete',
    '<script>document.onreadystatechange = function () { if (document.readyState == "complete") location = "/main" }</script>',
    '/main',
  ],
  [
    'where a server has written what it compares',
    '<script>var r = "1"; if (r == "1") { location.href = "/main" } else { location.href = "/login" }</script>',
    '/main',
  ],
  ['if there is a window', '<script>if (top != null) top.location = "/main"</script>', '/main'],
  ['by a method of its own', '<script>var app = { init: function () { location.href = "/main" + location.search } }; app.init()</script>', '/main'],
  ['after a time with a name', '<script>var t = 1000 + 500; setTimeout(function () { location.href = "/main" }, t)</script>', '/main'],
  [
    'from a page that counts down',
    '<p>Signed in. In 3 seconds you go on.</p><script>var i = 3; function jump() { if (i < 0) location.href = "/main"; else i-- } setInterval("jump()", 1000)</script>',
    '/main',
  ],
  [
    'when nobody has moved for long',
    `<p>${'Orders '.repeat(40)}</p><script>var idle = 0; setInterval(function () { idle++; if (idle > 1200) location.href = "/logout" }, 1000)</script>`,
    undefined,
  ],
  ['on a press', '<script>function logout() { if (confirm("Leave?")) location.href = "/logout" }</script><a href="#" onclick="logout()">Leave</a>', undefined],
  ['on an answer', '<script>$.ajax({ url: "/me", error: function (x) { if (x.status == 401) location.href = "/login" } })</script>', undefined],
  ['on a request of its own', '<script>var x = new XMLHttpRequest(); x.onload = function () { location = "/login" }; x.send()</script>', undefined],
  ['after a while', '<script>setTimeout(function () { location.href = "/logout" }, 1000 * 60 * 20)</script>', undefined],
  ['for some', `<p>${'Orders '.repeat(40)}</p><script>if (navigator.userAgent.indexOf("MSIE 6") > 0) location.href = "/old"</script>`, undefined],
  ['to what nobody knows', '<script>location.href = context + "/main"</script>', undefined],
  ['in another window', '<script>opener.location.href = "/main"</script>', undefined],
  ['in what is no script', '<script type="text/template">location.href = "/main"</script>', undefined],
  ['by a scheme of its own', '<script>location.href = "javascript:void(0)"</script>', undefined],
  ['in a script that has mistakes', '<script>location.href = "/main"; }</script>', undefined],
  ['away from a form', '<form action="/login"><input name="user"></form><script>location.href = "/main"</script>', undefined],
]

for (const [title, markup, path] of pages)
  t.test(`a script that leads on ${title} is ${path === undefined ? 'not ' : ''}followed`, async (t) => {
    const target = leadsOn(await openPage(t, markup))
    t.equal(target && target.pathname + target.search, path)
  })

const form = '<form name="f" id="f" action="/next"><input type="hidden" name="token" value="1"><button id="b">Go</button></form>'
const sending: readonly (readonly [string, string, boolean])[] = [
  ['at once', '<script>document.forms[0].submit()</script>', true],
  ['from the body', `<script>function init() { var f = document.getElementById('f'); if (f) f.submit() }</script><body onload="init()">`, true],
  ['by jQuery', '<script>$(function () { $("#f").submit() })</script>', true],
  [
    'once, if it is there',
    '<script>var done = false; function go() { var f = document.getElementById("f"); if (f != null && typeof document.f != "undefined" && document.forms.length > 0 && !done) { done = true; f.submit() } } window.onload = go</script>',
    true,
  ],
  ['by a number', '<script>var n = 0; document.forms[n].submit()</script>', true],
  ['by either name', '<script>(document.f || document.forms[0]).submit()</script>', true],
  [
    'at the end of a long chain',
    '<script>$(function () { $("#f").attr("a", "b").find("input").eq(0).val(1).end().end().addClass("c").submit() })</script>',
    true,
  ],
  ['by its button, soon', '<script>setTimeout(function () { document.getElementById("b").click() }, 100)</script>', true],
  ['on a press that jQuery waits for', '<script>$(function () { $("#b").click(function () { $("#f").submit() }) })</script>', false],
  ['on a press', '<body onload="init()"><script>function init() {} function go(id) { document.f.submit() }</script>', false],
  ['after half an hour', '<script>setTimeout(function () { document.f.submit() }, 1800000)</script>', false],
]

for (const [title, script, sends] of sending)
  t.test(`a form that scripts send ${title} is ${sends ? '' : 'not '}sent by itself`, async (t) => {
    const site = await serve(({ path }) => ({ body: path.startsWith('/next') ? 'sent' : script + form }))
    t.teardown(() => site.stop())
    t.equal((await browserFor(t, [site.origin]).open(site.url)).url.pathname, sends ? '/next' : '/login')
  })

t.test('scripts without end are read to an end', async (t) => {
  const scripts = [
    'function a() { b() } function b() { a(); setTimeout(a, 1); setTimeout("b()", 1) } a(); location.href = "/main"',
    `${'var a = b; var b = a; if (a) location = "/main";'.repeat(100)} location.href = "/main"`,
    `var a = "x"; ${Array.from({ length: 60 }, () => 'a = a + a;').join('')} location.href = a; location.href = "/main"`,
  ]
  for (const script of scripts) t.equal(leadsOn(await openPage(t, `<script>${script}</script>`))?.pathname, '/main')
  const deep = `${'('.repeat(50_000)}0${')'.repeat(50_000)}`
  const chained = `x${'.a()'.repeat(40_000)}`
  for (const script of [deep, chained, `location = ${chained}`, `location.href = ${'"a" + '.repeat(20_000)}"b"`])
    t.equal(leadsOn(await openPage(t, `<script>${script}; location.href = "/main"</script>`)) instanceof Error, false, 'no error')
})
