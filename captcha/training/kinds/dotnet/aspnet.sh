#!/usr/bin/env bash
# Compiles and runs AspNet.cs (Debian: mono-mcs, libmono-system-drawing4.0-cil, libgdiplus) with what it draws with:
# aspnet.sh SOURCES OUT FOLDER COUNT [KIND...]. The page's part of those classes is cut off, and what they have as constants comes from Look.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sources=$1 out=$2
shift 2
mkdir -p "$out"
uses='using System; using System.Drawing; using System.Drawing.Drawing2D; using System.Drawing.Imaging;'

{
  echo "$uses class Gradient { public static Bitmap Draw(string validateCode) {"
  # As its drawing method has it, up to where it saves the image.
  sed -n '/void CreateValidateGraphic/,/保存图片数据/p' "$sources/ASP.NETMVC5-OA/Common/ValidateCode.cs" | sed '1,2d; s/^ *try\r*$//; s/^            {\r*$//; /保存图片数据/d' |
    sed 's/validateCode.Length \* 12.0), 22/validateCode.Length * Look.Size), Look.Height/; s/new Font("Arial", 12,.*/Look.Font;/; s/i < 25;/i < Look.Lines;/; s/i < 100;/i < Look.Dots;/; s/Color.Blue, Color.DarkRed/Look.From, Look.To/'
  echo 'return image; } }'
} >"$out/Gradient.cs"
{
  echo "$uses class Coloured { public static Bitmap Draw(string chkCode) { int codeW = Look.Width, codeH = Look.Height;"
  sed -n '/颜色列表/,/字体列表/p; /Random rnd/p; /创建画布/,/清除该页/p' "$sources/DTcms/DTcms.Web/tools/verify_code.ashx.cs" |
    sed 's/i < 1;/i < Look.Lines;/; s/i < 100;/i < Look.Dots;/; s/Font ft = .*/Font ft = Look.Font;/; s/string fnt.*//; s/(float)i \* 18/(float)i * Look.Step/'
  echo 'return bmp; } }'
} >"$out/Coloured.cs"
mcs -nologo -codepage:utf8 -r:System.Drawing -out:"$out/AspNet.exe" "$here/AspNet.cs" "$out"/{Gradient,Coloured}.cs
mono "$out/AspNet.exe" "$@"
