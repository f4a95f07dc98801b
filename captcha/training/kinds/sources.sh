#!/usr/bin/env bash
# Fetches the published sources that systems.php, styles.go, Styles.java and multicolor.py run, each at the commit they were drawn with: sources.sh FOLDER
set -euo pipefail
folder=$1
while read -r place repository commit; do
  mkdir -p "$folder/$place"
  git -C "$folder/$place" init -q
  ! git -C "$folder/$place" rev-parse -q --verify HEAD >/dev/null || continue
  git -C "$folder/$place" fetch -q --depth 1 "https://github.com/$repository" "$commit"
  git -C "$folder/$place" checkout -q FETCH_HEAD
done <<'END'
yii2 yiisoft/yii2 45e679d7ce99ce11d78d9785123e1ee2da79e17c
CodeIgniter bcit-ci/CodeIgniter 3658d731eaabe6117298a105ffb5b9dd59e190ce
really-simple-captcha rocklobster-in/really-simple-captcha ebb54101da67360a9c21dfa3a8cfa760118c160b
KCaptcha s1lver/KCaptcha f3ba8820c20a2ff5f5dfbceee2ea85df0fbec970
phpbb phpbb/phpbb 70d61a4e914438e6c5d661b48cceedb03c57c33c
backdrop-captcha backdrop-contrib/captcha cd544077c0f806e822fc1fb8de22e1022621991f
DiscuzX codersclub/DiscuzX c555a4faaa316705ed0f5e4b140e10a34b647a25
DedeCMS dedecms/DedeCMS cc735a4fe90450b9b6a59b41b1d0e90ae89a8141
hutool dromara/hutool 2959e8351b805d1c667323d204334c028fe26589
nanocaptcha logicsquad/nanocaptcha ff690d0f2bb55925bb7cf3f6da6da5fb5c3f5166
patchca bingoohuang/patchca ec477f91d29c3e30eaba145473362a8f2f58c12b
jcaptcha svn2github/jcaptcha fe310030328797962aae04daf2ecd4471d7a9541
multicolorcaptcha J-Rios/multicolorcaptcha ccce8f746f0a5c365d75fb7a2f26c4a4786943be
go/src/github.com/mojocn/base64Captcha mojocn/base64Captcha 74e19a0404aa30abaf93a9dcc4dfce96e9b53a8d
go/src/github.com/lifei6671/gocaptcha lifei6671/gocaptcha ad2204d92275443eab605905435fde46f9862433
go/src/github.com/afocus/captcha afocus/captcha 4bd1f21c88688d3f752bc9a0f4f5b6857cad4a8d
END
# gocaptcha calls two functions that Go has since 1.21.
cat >"$folder/go/src/github.com/lifei6671/gocaptcha/older.go" <<'END'
//go:build !go1.21

package gocaptcha

func min[T int | float64](a, b T) T {
	if a < b {
		return a
	}
	return b
}

func clear(bytes []uint8) {
	for i := range bytes {
		bytes[i] = 0
	}
}
END
