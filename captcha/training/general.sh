#!/usr/bin/env bash
# Rebuilds the general network: captcha/training/general.sh WORK MINUTES [MODULES] [SOURCES] [CLASSES] [SECURIMAGE] [THINK] [GOPATH] [STYLES]
#
# WORK keeps what is drawn and the checkpoint; a second run goes on from there. MODULES: a node_modules with captchapng,
# captcha.gif and trek-captcha, and what canvas.ts and browser.ts want; SOURCES: those of Python's captcha; CLASSES: a Java class path with
# EasyCaptcha, kaptcha and jhlabs-filters; SECURIMAGE and THINK: the sources of those; GOPATH: one with dchest/captcha;
# STYLES: what kinds/sources.sh fetched. What is not given, or '', is left out.
# Debian: python3-torch, libgd-securityimage-perl, libauthen-captcha-perl, php-gregwar-captcha, php-gd, php-mbstring, python3-pil,
# python3-django-captcha, mediawiki and ejabberd (their captcha.py and captcha.sh), imagemagick, wamerican, default-jdk-headless,
# libjhlabs-filters-java, libslf4j-java, golang-go, golang-github-golang-freetype-dev, xxd, mono-mcs,
# libmono-system-drawing4.0-cil, libgdiplus, and the fonts that fonts.ts lists.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(realpath -m "$1") minutes=$2 modules=${3:-} sources=${4:-} classes=${5:-}
securimage=${6:-} think=${7:-} gopath=${8:-} styles=${9:+$(realpath "$9")}
seed=1007 count=2500
mkdir -p "$work/sets" "$work/shards"
cd "$here/../.."
node=node_modules/.bin/node

[ -e "$work/shards/44.planes" ] || "$node" "$here/shards.ts" "$work/shards" 45
if [ ! -e "$work/packed" ]; then
  perl "$here/kinds/perl/perl.pl" "$work/sets" $count $seed
  php "$here/kinds/php/gregwar.php" "$work/sets" $count $seed
  [ -z "$sources" ] || /usr/bin/python3 "$here/kinds/python/lepture.py" "$sources" "$work/sets" $count $seed
  [ -z "$modules" ] || "$node" "$here/kinds/node/npm.ts" "$modules" "$work/sets" $count $seed
  [ ! -e "$modules/captchagen" ] || "$node" "$here/kinds/node/canvas.ts" "$modules" "$work/sets" $count $seed
  /usr/bin/python3 "$here/kinds/python/more.py" "$work/sets" $count $seed django= simple2= ejabberd=/usr/share/ejabberd/captcha.sh \
    fancy=/usr/share/mediawiki/extensions-core/ConfirmEdit/captcha.py ${sources:+"lepture=$sources"}
  [ -z "$securimage" ] || [ -z "$think" ] || php "$here/kinds/php/more.php" "$securimage" "$think" "$work/sets" $count $seed
  [ -z "$gopath" ] || GO111MODULE=off GOPATH=$gopath go run "$here/kinds/go/dchest.go" "$work/sets" $count
  if [ -n "$classes" ]; then
    javac -cp "$classes" -d "$work/java" "$here/kinds/java/Kinds.java"
    java -Djava.awt.headless=true -cp "$work/java:$classes" Kinds "$work/sets" $count
  fi
  if [ -n "$styles" ]; then
    github=$styles/go/src/github.com
    for script in systems boards frameworks shops; do php "$here/kinds/php/$script.php" "$styles" "$work/sets" $count $seed; done
    perl "$here/kinds/perl/wakaba.pl" "$styles" "$work/sets" $count $seed
    GO111MODULE=off GOPATH=$styles/go:/usr/share/gocode go run "$here/kinds/go/styles.go" "$github/lifei6671/gocaptcha/fonts" "$github/afocus/captcha/examples/comic.ttf" "$work/sets" $count
    "$here/kinds/java/java.sh" "$styles" "$work/styles" "$work/sets" $count
    "$here/kinds/java/java-systems.sh" "$styles" "$work/java-systems" "$work/sets" $count
    "$here/kinds/dotnet/aspnet.sh" "$styles" "$work/aspnet" "$work/sets" $count
    [ ! -e "$modules/node-captcha" ] || "$node" "$here/kinds/node/browser.ts" "$modules" "$styles" "$work/sets" $count $seed
    /usr/bin/python3 "$here/kinds/python/pages.py" "$styles" "$work/sets" $count $seed
    /usr/bin/python3 "$here/kinds/python/multicolor.py" "$styles/multicolorcaptcha" "$work/sets" $count $seed
  fi
  # Two that the eye cannot read by half, and six that tell how well generators are read that it has not learned from.
  rm -rf "$work"/sets/{captchagen,phpbb-gd_wave,phpbb-non_gd,really-simple-captcha,simple-php-captcha,freecap,cage,ppfun-captcha}
  "$node" "$here/pack.ts" "$work/sets" "$work/shards" 100
  touch "$work/packed"
fi
/usr/bin/python3 "$here/network.py" "$work/shards" "$minutes" "$work/network.bin" "$work/network.pt"
gzip -9 -n -c "$work/network.bin" >"$here/../models/general.network.gz"
