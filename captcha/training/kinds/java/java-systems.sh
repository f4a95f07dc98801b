#!/usr/bin/env bash
# Compiles and runs Systems.java with what it draws with: java-systems.sh SOURCES OUT FOLDER COUNT [KIND...]
# Of classes that also answer requests only the methods that draw are taken; what those have as constants comes from Look.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sources=$1 out=$2
shift 2
main=src/main/java
rm -rf "$out"
mkdir -p "$out"

# methods FILE NAME...: these methods of a class, as they stand
methods() {
  local file=$1
  shift
  LC_ALL=C awk -v names="$*" '
    BEGIN { split(names, list, " "); for (i in list) wanted[list[i]] }
    { sub(/[ \r]+$/, "") }
    !inside && /^[ \t]*(public|protected|private) .*\(/ {
      name = $0; sub(/ *\(.*/, "", name); sub(/.* /, "", name)
      if (name in wanted) { inside = 1; indent = $0; sub(/[^ \t].*/, "", indent) }
    }
    inside { print; if ($0 == indent "}") inside = 0 }
  ' "$file" | sed 's/\b\(static\|private\) //g'
}
# class NAME FIELDS: a class of what comes in
class() {
  echo "import java.awt.*; import java.awt.geom.*; import java.awt.image.*; import java.io.*; import java.security.*; import java.util.*; import java.util.concurrent.*; import javax.imageio.*; class $1 { $2" >"$out/$1.java"
  cat >>"$out/$1.java"
  echo '}' >>"$out/$1.java"
}

methods "$sources/jfinal/$main/com/jfinal/captcha/CaptchaRender.java" drawGraphic getRandomColor |
  class JFinal 'int WIDTH = Look.width, HEIGHT = Look.height; char[] charArray = Look.alphabet.toCharArray(); Font[] RANDOM_FONT = { Look.font };'
# Its older releases, which are still the most in use, drew without smoothing.
methods "$sources/JeecgBoot/jeecg-boot/jeecg-module-system/jeecg-system-biz/$main/org/jeecg/modules/system/util/RandImageUtil.java" \
  createVerifyCodeImage setupRenderingHints drawBackground drawBorder createSecureRandom drawInterferenceLines drawVerifyCodeText getRandomColor |
  sed 's/createSafeFont()/Look.font/; s/^ *setupRenderingHints/if (Look.smooth) setupRenderingHints/; s/return createErrorImage(.*/throw e;/' |
  class Jeecg 'int WIDTH = Look.width, HEIGHT = Look.height, INTERFERENCE_LINE_COUNT = Look.lines, LINE_WIDTH = 2, CHAR_SPACING = 23, CHAR_X_OFFSET = 8, CHAR_Y_OFFSET = 26;'
methods "$sources/ruoyi/$main/com/ruoyi/common/utils/VerifyCodeUtils.java" outputImage getRandColor getRandomIntColor getRandomRgb shear shearX shearY |
  sed 's/new Font("Algerian", Font.ITALIC, fontSize)/Look.font.deriveFont((float) fontSize)/' |
  class Twisted 'Random random = new Random();'
methods "$sources/jeesite/$main/com/thinkgem/jeesite/common/servlet/ValidateCodeServlet.java" createBackground createCharacter getRandColor |
  sed 's/fontTypes = {.*/fontTypes = Look.families;/' |
  class Jeesite 'int w = Look.width, h = Look.height;'
file=$sources/tist/src/com/util/RandomValidateCode.java
{
  echo 'BufferedImage image; String draw() {'
  sed -n '/BufferedImage image/,/g.dispose/p' "$file" | sed '/session/d; s/BufferedImage image/image/'
  echo 'return randomString; }'
  methods "$file" getRandColor drowString drowLine getRandomString | sed 's/getFont()/Look.font/; s/13 \* i, 16/Look.step * i, Look.base/'
} | class Drow 'Random random = new Random(); int width = Look.width, height = Look.height, lineSize = Look.lines, stringNum = Look.length; String randString = Look.alphabet;'
methods "$sources/album/src/util/ValidateCode.java" createCode |
  sed 's/ImgFontByte imgFont=new ImgFontByte();//; s/imgFont.getFont(fontHeight)/Look.font.deriveFont((float) fontHeight)/' |
  class Dashes 'int width = Look.width, height = Look.height, codeCount = Look.length, lineCount = Look.lines; String code; BufferedImage buffImg; char[] codeSequence = Look.alphabet.toCharArray();'

# Its font stands beside it as one string, which is too long for today's compiler.
LC_ALL=C grep -aoE '"[0-9a-f]{1000,}"' "$sources/album/src/util/ImgFontByte.java" | tr -d '"' | xxd -r -p >"$out/dashes.ttf"

javac -nowarn -encoding ISO-8859-1 -d "$out" -cp "$out" -sourcepath "$here:$sources/cage/cage/$main" "$here/Systems.java" "$out"/*.java
java -Djava.awt.headless=true -Ddashes="$out/dashes.ttf" -cp "$out" Systems "$@"
