#!/usr/bin/env bash
# Rebuilds the general network: captcha/training/general.sh WORK MINUTES [MODULES] [SOURCES] [CLASSES]
#
# WORK keeps what is drawn and the checkpoint; a second run goes on from there. MODULES: a node_modules with captchapng,
# captcha.gif and trek-captcha; SOURCES: those of Python's captcha; CLASSES: a Java class path with EasyCaptcha, kaptcha and
# jhlabs-filters. What is not given is left out. Debian: python3-torch, libgd-securityimage-perl, libauthen-captcha-perl,
# php-gregwar-captcha, php-gd, python3-pil, default-jdk-headless, libjhlabs-filters-java, and the fonts that fonts.ts lists.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(realpath -m "$1") minutes=$2 modules=${3:-} sources=${4:-} classes=${5:-}
seed=1007 count=2500
mkdir -p "$work/sets" "$work/shards"
cd "$here/../.."
node=node_modules/.bin/node

[ -e "$work/shards/35.planes" ] || "$node" "$here/shards.ts" "$work/shards" 36
if [ ! -e "$work/packed" ]; then
  perl "$here/kinds/perl.pl" "$work/sets" $count $seed
  php "$here/kinds/gregwar.php" "$work/sets" $count $seed
  [ -z "$sources" ] || python3 "$here/kinds/lepture.py" "$sources" "$work/sets" $count $seed
  [ -z "$modules" ] || "$node" "$here/kinds/npm.ts" "$modules" "$work/sets" $count $seed
  if [ -n "$classes" ]; then
    javac -cp "$classes" -d "$work/java" "$here/kinds/Kinds.java"
    java -Djava.awt.headless=true -cp "$work/java:$classes" Kinds "$work/sets" $count
  fi
  "$node" "$here/pack.ts" "$work/sets" "$work/shards" 100
  touch "$work/packed"
fi
/usr/bin/python3 "$here/network.py" "$work/shards" "$minutes" "$work/network.bin" "$work/network.pt"
gzip -9 -n -c "$work/network.bin" >"$here/../models/general.network.gz"
