// Go's github.com/dchest/captcha, from its published source in SOURCES (a GOPATH): GO111MODULE=off GOPATH=SOURCES go run dchest.go FOLDER COUNT
// It draws from randomness of its own: every run gives other images.
package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"

	"github.com/dchest/captcha"
)

func main() {
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	set := func(name string, measure func() (length, width, height int)) {
		folder := filepath.Join(os.Args[1], name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			panic(err)
		}
		var labels bytes.Buffer
		for number := 0; number < count; number++ {
			length, width, height := measure()
			digits := captcha.RandomDigits(length)
			var image bytes.Buffer
			if _, err := captcha.NewImage(fmt.Sprint(rand.Int63()), digits, width, height).WriteTo(&image); err != nil {
				panic(err)
			}
			text := make([]byte, length)
			for index, digit := range digits {
				text[index] = '0' + digit
			}
			fmt.Fprintf(&labels, "%d.png\t%s\n", number, text)
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.png", number)), image.Bytes(), 0o644); err != nil {
				panic(err)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, "labels.tsv"), labels.Bytes(), 0o644); err != nil {
			panic(err)
		}
	}
	set("dchest", func() (int, int, int) { return 6, captcha.StdWidth, captcha.StdHeight })
	set("dchest-sizes", func() (int, int, int) {
		height := 30 + rand.Intn(60)
		length := 4 + rand.Intn(3)
		return length, height * (3*length + rand.Intn(2*length)) / 8, height
	})
}
