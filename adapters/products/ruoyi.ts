import { byJson } from './by-json.ts'

/** RuoYi-Vue 3. Its pages call the API below `/prod-api`; where a deployment has changed that, name `url`, `captcha.url`, `check` and `signOut` yourself. */
export const ruoyi = byJson({
  name: 'ruoyi',
  description: 'RuoYi (若依): its login API with a captcha, the session in a token',
  detect: (page) => (/若依|ruoyi/i.test(page.title) ? 0.9 : /id="loader-wrapper"/.test(page.body) && page.body.includes('正在加载系统资源') ? 0.8 : 0),
  settings: {
    url: '/prod-api/login',
    body: { username: '{username}', password: '{password}', code: '{captcha}', uuid: '{captchaId}' },
    captcha: { url: '/prod-api/captchaImage', image: 'img', id: 'uuid', enabled: 'captchaEnabled' },
    token: { json: 'token' },
    check: '/prod-api/getInfo',
    signOut: { url: '/prod-api/logout', method: 'post' },
    landing: '/index',
  },
})
