#!/usr/bin/env bash
# Compiles and runs Styles.java with what it draws with: java.sh SOURCES OUT FOLDER COUNT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sources=$1 out=$2 folder=$3 count=$4
jars=$(printf '/usr/share/java/%s.jar:' jhlabs-filters slf4j-api slf4j-nop)
octo=$sources/jcaptcha/jcaptcha/src/main
main=src/main/java
mkdir -p "$out"
javac -nowarn -encoding ISO-8859-1 --add-exports java.naming/com.sun.jndi.ldap=ALL-UNNAMED -sourcepath "$octo/java:$sources/jcaptcha/api/$main" -cp "$jars" -d "$out" "$octo"/java/com/octo/captcha/engine/image/gimpy/*Engine*.java
javac -nowarn -encoding UTF-8 -cp "$out:$jars" -d "$out" "$here/Styles.java" \
  -sourcepath "$sources/hutool/hutool-captcha/$main:$sources/hutool/hutool-core/$main:$sources/nanocaptcha/$main:$sources/patchca/$main"
java -Djava.awt.headless=true -cp "$out:$jars$octo/resources:$sources/nanocaptcha/src/main/resources" Styles "$folder" "$count"
