import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Debian packages whose fonts the style generator draws with. */
export const fontPackages =
  `fonts-freefont-ttf fonts-roboto-unhinted fonts-open-sans fonts-lato fonts-cantarell fonts-linuxlibertine fonts-comfortaa fonts-vollkorn fonts-cabin
  fonts-hack-ttf fonts-inconsolata fonts-firacode fonts-oldstandard fonts-gfs-didot fonts-lobster fonts-tomsontalks fonts-comic-neue fonts-dancingscript
  fonts-junction fonts-league-spartan fonts-breip fonts-ecolier-court fonts-essays1743 fonts-dustin fonts-sil-gentium-basic fonts-crosextra-carlito
  fonts-crosextra-caladea fonts-engadget fonts-isabella fonts-jura fonts-kaushanscript fonts-lindenhill fonts-prociono fonts-quattrocento fonts-rufscript
  fonts-ocr-a fonts-ocr-b fonts-croscore fonts-mononoki fonts-yanone-kaffeesatz fonts-goudybookletter fonts-go fonts-liberation fonts-dejavu-core`.split(/\s+/)

const roots = ['/usr/share/fonts/truetype', '/usr/share/fonts/opentype', '/usr/share/fonts/fonts-go']
const folders =
  'ocr-a quicksand hack lato lindenhill liberation open-sans crosextra freefont essays1743 dejavu fonts-oldstandard isabella ecolier-court firacode rufscript inconsolata breip croscore dustin tomsontalks RobotoTTF gentium-basic vollkorn mononoki comfortaa engadget fonts-go fonts-prociono linux-libertine junction ocr-b jura sortsmill yanone-kaffeesatz league-spartan quattrocento comic-neue cantarell lobster didot dancingscript kaushanscript cabin'.split(
    ' ',
  )
/** Pictures, keyboards and mathematics instead of letters. */
const noLetters = /Math|Biolinum_K|Penguin|flatline|Wargames|Swift|wasn_t|Junkyard|Marked|progenisis|Balker|Winks|Abogado|Thin|ExtraLight|Hairline/

/** Font files installed of those packages, in a fixed order. */
export function fontFiles(): string[] {
  return roots
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)))
    .filter((file) => /\.(ttf|otf)$/.test(file) && folders.some((folder) => file.includes(`/${folder}/`)) && !noLetters.test(file))
    .sort()
}
