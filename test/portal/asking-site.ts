import sharp from 'sharp'
import { type BusinessSite, formOf, seeOther, serve } from '../sites/serve.ts'

export interface AskingSite extends BusinessSite {
  /** What the image is taken to say. */
  readonly answer: string
  readonly image: Buffer
}

/** Its captcha is one and the same grey noise for everybody, and only somebody who was told knows what it says: the relay has to ask. */
export async function startAskingSite(username: string, password: string): Promise<AskingSite> {
  const answer = 'tulip'
  const width = 120
  const height = 40
  const noise = Buffer.from(Array.from({ length: width * height }, (_, at) => (at * 2_654_435_761) % 251))
  const image = await sharp(noise, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
  const site = await serve((request) => {
    const signedIn = request.cookies.sid === 'known'
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return { body: loginPage('') }
      case 'GET /captcha.png':
        return { headers: { 'content-type': 'image/png' }, body: image }
      case 'POST /login': {
        const form = formOf(request)
        if (form.get('captcha') !== answer) return { body: loginPage('The captcha is wrong.') }
        if (form.get('username') !== username || form.get('password') !== password) return { body: loginPage('Invalid user name or password.') }
        return seeOther('/home', ['sid=known; Path=/; HttpOnly'])
      }
      default:
        return signedIn ? { body: '<!doctype html><title>Home</title><p>Welcome</p><a href="/logout">Log out</a>' } : seeOther('/login')
    }
  })
  return { ...site, answer, image }
}

function loginPage(message: string): string {
  return `<!doctype html><title>Log in</title><p class="error">${message}</p><form method="post"><input name="username" placeholder="Username">
<input type="password" name="password" placeholder="Password"><img src="/captcha.png" alt="captcha"><input name="captcha" placeholder="Captcha"><button>Log in</button></form>`
}
