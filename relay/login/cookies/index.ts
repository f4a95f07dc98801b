/** The cookies of a site session, by the rules of browsers. */
export { type CookieChange, CookieJar, type StoredCookie } from './cookie-jar.ts'
