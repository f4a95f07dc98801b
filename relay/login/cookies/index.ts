/** The cookies of a site session, by the rules of browsers. */
export { CookieJar, type StoredCookie } from './cookie-jar.ts'
