import { meaningOf } from '../messages/messages.ts'

/** The words of forms by which a password is changed: English, German, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese. */

/** Links to it. */
export const changeWords =
  /(?:change|update|reset|edit|new)[-_\s]?(?:your[-_\s])?pass|pass(?:word|wd)?[-_\s]?(?:change|update|edit)|passwort[-_\s]?(?:ändern|aendern)|kennwort[-_\s]?ändern|changer.{0,12}mot ?de ?passe|modifier.{0,12}mot ?de ?passe|cambiar.{0,12}contrase|cambia.{0,8}password|alterar.{0,8}senha|смен.{0,8}парол|измен.{0,8}парол|修改密码|更改密码|重置密码|變更密碼|パスワード.{0,4}変更/iu

/** Links to where such a link may be. */
export const settingsWords =
  /account|profile|settings|preferences|security|my ?data|konto|profil|einstellungen|sicherheit|compte|paramètres|cuenta|perfil|impostazioni|configurações|профиль|настройки|个人中心|个人资料|账号设置|设置|安全|設定|アカウント/iu

export const oldWords =
  /old|current|curr|present|existing|orig|alt(?:es)?|aktuell|derzeit|bisher|actuel|ancien|actual|vecchia|attuale|atual|стар|текущ|原|旧|舊|当前|目前|現在/iu

export const repeatWords =
  /repeat|again|confirm|conf\b|retype|re-?enter|verif|second|2$|wiederhol|bestätig|répét|confirmer|repetir|confirmar|ripeti|conferma|повтор|подтвер|确认|確認|重复|再次|もう一度/iu

export const newWords = /new|neu(?:es)?|nouveau|nueva|nuova|nova|нов|新/iu

const takenWords =
  /(?:password|passwd|passphrase).{0,40}(?:changed|updated|saved|set\b|reset)|(?:changed|updated).{0,30}password|successful|successfully|passwort.{0,30}(?:geändert|aktualisiert)|erfolgreich|mot de passe.{0,30}(?:modifié|changé|mis à jour)|contraseña.{0,30}(?:cambiada|actualizada)|modificata|senha.{0,20}alterada|парол.{0,20}измен|修改成功|更改成功|设置成功|已修改|已更改|変更しました|変更されました/iu

const refusedWords =
  /too (?:short|long|weak|simple|common|similar)|must (?:be|contain|have|include|match)|at least|at most|not match|don'?t match|does ?n[o']t match|mismatch|weak|invalid|incorrect|wrong|not (?:changed|allowed|valid|accepted)|failed|error|already (?:used|been)|recently|previous|history|complex|requirements|policy|zu (?:kurz|lang|schwach|einfach)|muss |mindestens|stimmen nicht|ungültig|falsch|trop (?:court|long|simple)|au moins|incorrecte?|no coincid|demasiado|almenos|pelo menos|не совпада|слишком|неверн|минимум|错误|不正确|不一致|太短|太长|至少|必须|失败|過短|誤り|短すぎ|一致しません/iu

/** What a message says of a change of password; undefined: nothing that is known. */
export function changeMeaning(message: string): 'taken' | 'refused' | undefined {
  if (refusedWords.test(message) || meaningOf(message) !== undefined) return 'refused'
  return takenWords.test(message) ? 'taken' : undefined
}
