import iconv from 'iconv-lite'
import { type BusinessSite, type ReceivedRequest, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface GbkSite extends BusinessSite {
  readonly book: SignInBook
}

/** A Chinese business server: pages and forms in GBK, named in `<meta>` only; user names in Chinese. */
export async function startGbkSite(options: SiteOptions & { username?: string; password?: string } = {}): Promise<GbkSite> {
  const book = new SignInBook(options.username ?? '张伟', options.password ?? '密码 correct+horse')
  const site = await serve((request) => {
    const path = request.path.split('?')[0]
    if (path === '/login' && request.method === 'GET') return page('用户登录', loginForm(''))
    if (path === '/login') {
      const form = gbkFormOf(request)
      const id = book.signIn(form.yhm ?? '', form.mm ?? '')
      if (id === undefined) return page('用户登录', loginForm('用户名或密码错误'))
      return seeOther('/main', [`JSESSIONID=${id}; Path=/; HttpOnly`])
    }
    if (path === '/logout') {
      book.end(request.cookies.JSESSIONID)
      return seeOther('/login', ['JSESSIONID=; Path=/; Max-Age=0'])
    }
    const who = book.who(request.cookies.JSESSIONID)
    if (who === undefined) return seeOther('/login')
    return page('订单管理', `<p>欢迎您，${who}</p><a href="/logout">退出登录</a><table><tr><th>订单</th><td>一百二十</td></tr></table>`)
  }, options)
  return { ...site, book }
}

function loginForm(message: string): string {
  return `<p class="error">${message}</p><form name="f" action="/login" method="post"><table>
<tr><td>用户名</td><td><input name="yhm"></td></tr><tr><td>密码</td><td><input type="password" name="mm"></td></tr></table>
<input type="hidden" name="来源" value="网页"><input type="submit" value="登 录"></form>`
}

function page(title: string, content: string) {
  const html = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>${title}</title></head><body><h1>${title}</h1>${content}</body></html>`
  return { headers: { 'content-type': 'text/html' }, body: iconv.encode(html, 'gbk') }
}

/** An urlencoded form as a GBK server reads it. */
export function gbkFormOf({ body }: ReceivedRequest): Record<string, string> {
  const pairs = body.toString('latin1').split('&')
  return Object.fromEntries(pairs.map((pair) => pair.split('=').map(decode)))
}

function decode(text: string): string {
  const bytes = text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return iconv.decode(Buffer.from(bytes, 'latin1'), 'gbk')
}
