import { type Answer, type ReceivedRequest, seeOther } from './serve.ts'
import type { SignInBook } from './sign-in-book.ts'

/** What is behind a sign-in: a home page for who is signed in by the cookie `sid`, at every path, and a way out. */
export function homePages(book: SignInBook, request: ReceivedRequest): Answer {
  const { sid } = request.cookies
  if (`${request.method} ${request.path}` === 'GET /logout') {
    book.end(sid)
    return seeOther('/login', ['sid=; Path=/; Max-Age=0'])
  }
  const who = book.who(sid)
  return who === undefined ? seeOther('/login') : { body: `<!doctype html><title>Home</title><p>Hello ${who}</p><a href="/logout">Log out</a>` }
}
