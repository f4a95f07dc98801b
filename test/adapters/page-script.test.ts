import t, { type Test } from 'tap'
import { formSettings } from '../../adapters/form/settings.ts'
import { scriptedIn } from '../../adapters/form/sign-in/page-script.ts'
import { openPage } from './open-page.ts'

const form = '<form onsubmit="return send(this)"><input name="user"><input type="password" name="pass"></form>'

async function seen(t: Test, script: string, settings: Record<string, unknown> = {}) {
  const scripted = scriptedIn(await openPage(t, `${form}<script>${script}</script>`), formSettings.parse(settings))
  return scripted?.is === 'known' ? scripted.transform : scripted?.operations.join()
}

t.test('a field whose value is replaced by its own hash is beyond doubt', async (t) => {
  t.equal(await seen(t, 'function send(f) { f.pass.value = hex_md5(f.pass.value); return true }'), 'md5(password)')
  t.equal(await seen(t, "$('#password').val($.md5($('#password').val()))"), 'md5(password)')
  t.equal(await seen(t, 'document.f.pwd.value=SHA256(document.f.pwd.value)'), 'sha256(password)')
})

t.test('what more may be made of it is named, and left to the person', async (t) => {
  t.equal(await seen(t, 'f.pass.value = hex_md5(hex_md5(f.pass.value) + f.salt.value)'), 'md5')
  t.equal(await seen(t, 'var e = new JSEncrypt(); e.setPublicKey(key); f.password.value = e.encrypt(f.password.value)'), 'rsa')
  t.equal(await seen(t, 'f.pass.value = "04" + sm2.doEncrypt(f.pass.value, key, 1)'), 'sm2')
  t.equal(await seen(t, 'f.pass.value = md5(f.pass.value); f.pass.value = CryptoJS.AES.encrypt(f.pass.value, k)'), 'md5,aes')
})

t.test('scripts that leave the password alone say nothing, and neither do settings that name it', async (t) => {
  t.equal(await seen(t, 'function send(f) { if (f.pass.value === "") return false }'), undefined)
  t.equal(await seen(t, `var avatar = "https://www.gravatar.com/" + md5(mail);${' '.repeat(300)} var p = f.pass.value`), undefined, 'something else is hashed')
  t.equal(await seen(t, 'f.pass.value = md5(f.pass.value)', { transform: 'sha1(password)' }), undefined)
  t.equal(await seen(t, 'f.pass.value = md5(f.pass.value)', { values: { hash: '{md5(password)}' } }), undefined)
})

t.test('scripts of one long word do not hold the relay up', async (t) => {
  // By the square of their length it would be minutes.
  const scripts = Array.from({ length: 18 }, () => `<script>${'a.value'.repeat(7000)}</script>`)
  t.equal(scriptedIn(await openPage(t, form + scripts.join('')), formSettings.parse({})), undefined)
})
