import t from 'tap'
import { recogniseFields } from '../../adapters/index.ts'

const fieldsOf = (form: Readonly<Record<string, string>>) => Object.entries(form).map(([name, value]) => ({ name, value }))
const change = (form: Readonly<Record<string, string>>, path = '/x', isDeclared = false) =>
  recogniseFields(fieldsOf(form), { path, isDeclared, username: 'ann' })
const registration = (form: Readonly<Record<string, string>>, path = '/x') => recogniseFields(fieldsOf(form), { path, isDeclared: false, username: undefined })

t.test('a change of the password is recognised by its fields, as products name them', async (t) => {
  for (const form of [
    { old_password: 'a', new_password1: 'b', new_password2: 'b' },
    { _curpasswd: 'a', _newpasswd: 'b', _confpasswd: 'b' },
    { password: 'a', new_password: 'b', new_password_confirmation: 'b' },
    { currentPassword: 'a', newPassword: 'b' },
    { oldpw: 'a', newpw: 'b', newpw2: 'b' },
    { 旧密码: 'a', 新密码: 'b', 确认密码: 'b' },
    { pass1: 'a', pass2: 'b', pass3: 'b' },
    { 'user[current_password]': 'a', 'user[password]': 'b', 'user[password_confirmation]': 'b', 'user[email]': 'x@y.example', commit: 'Change my password' },
  ]) {
    t.same(change(form), { is: 'change', next: 'b' }, Object.keys(form).join())
  }
})

t.test('what is not one, or comes to nothing, is not taken for one', async (t) => {
  for (const form of [
    { username: 'ann', password: 'a' },
    { old_password: 'a', new_password: 'b', again_password: 'c' },
    { old_password: 'a', new_password: 'a', again_password: 'a' },
    { old_password: 'a', new_password: '', again_password: '' },
    { new_password: 'b', confirm_password: 'b' },
    { old_password: 'a', new_password: 'b', confirm_password: 'b', username: 'bob' },
    { search: 'password' },
    {},
  ]) {
    t.equal(change(form), undefined, JSON.stringify(form))
  }
  t.same(change({ new_password: 'b', confirm_password: 'b' }, '/x', true), { is: 'change', next: 'b' }, 'the declared page')
  t.same(change({ new_password: 'b', confirm_password: 'b' }, '/account/change-password'), { is: 'change', next: 'b' })
})

t.test('a registration is recognised by a user name and a new password', async (t) => {
  t.same(registration({ username: 'cid', email: 'c@x.example', password: 'p', password2: 'p' }), { is: 'registration', username: 'cid', password: 'p' })
  t.same(registration({ email: 'c@x.example', first_name: 'Cid', password: 'p', confirm_password: 'p' }), {
    is: 'registration',
    username: 'c@x.example',
    password: 'p',
  })
  t.same(registration({ login: 'cid', password: 'p' }, '/register'), { is: 'registration', username: 'cid', password: 'p' })
  for (const form of [
    { username: 'cid', password: 'p' },
    { username: 'cid', password: 'p', password2: 'q' },
    { password: 'p', password2: 'p' },
    { old_password: 'a', new_password: 'b', repeat_password: 'b', username: 'cid' },
  ]) {
    t.equal(registration(form), undefined, JSON.stringify(form))
  }
})
