// Three more of Go, from their published sources (in STYLES/go as sources.sh makes it; Debian: golang-github-golang-freetype-dev):
// base64Captcha, gocaptcha, afocus/captcha:
//
//	GO111MODULE=off GOPATH=STYLES/go:/usr/share/gocode go run styles.go GOCAPTCHA-FONTS FONT FOLDER COUNT
//
// They draw from randomness of their own: every run gives other images.
package main

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"time"

	afocus "github.com/afocus/captcha"
	"github.com/lifei6671/gocaptcha"
	"github.com/mojocn/base64Captcha"
)

const (
	digits   = "0123456789"
	capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	small    = "abcdefghijkmnpqrstuvwxyz"
)

// base64Captcha's fonts by whether their small letters look like small ones; each letter takes another font.
var twoCases = []string{"3Dumb.ttf", "ApothecaryFont.ttf", "Comismsh.ttf", "Flim-Flam.ttf", "RitaSmith.ttf", "wqy-microhei.ttc"}
var oneCase = []string{"DENNEthree-dee.ttf", "DeborahFancyDress.ttf", "actionj.ttf", "chromohv.ttf"}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func pick(choices ...string) string { return choices[rand.Intn(len(choices))] }

func word(alphabet string, least, most int) string {
	text := make([]byte, least+rand.Intn(most-least+1))
	for index := range text {
		text[index] = alphabet[rand.Intn(len(alphabet))]
	}
	return string(text)
}

func set(name string, draw func() (string, []byte)) {
	count, err := strconv.Atoi(os.Args[4])
	check(err)
	folder := filepath.Join(os.Args[3], name)
	check(os.MkdirAll(folder, 0o755))
	var labels bytes.Buffer
	for number := 0; number < count; number++ {
		text, image := draw()
		fmt.Fprintf(&labels, "%d.png\t%s\n", number, text)
		check(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.png", number)), image, 0o644))
	}
	check(os.WriteFile(filepath.Join(folder, "labels.tsv"), labels.Bytes(), 0o644))
}

func drawn(item base64Captcha.Item, err error) []byte {
	check(err)
	var image bytes.Buffer
	_, err = item.WriteTo(&image)
	check(err)
	return image.Bytes()
}

func shade(from, to int) color.RGBA {
	one := func() uint8 { return uint8(from + rand.Intn(to-from)) }
	return color.RGBA{one(), one(), one(), 255}
}

func base64Captchas() {
	lines := func() int {
		return rand.Intn(2)*base64Captcha.OptionShowHollowLine | rand.Intn(2)*base64Captcha.OptionShowSlimeLine | rand.Intn(2)*base64Captcha.OptionShowSineLine
	}
	paper := func() *color.RGBA {
		if rand.Intn(2) == 0 {
			return nil
		}
		colour := shade(180, 256)
		return &colour
	}
	size := func() (height, width int) {
		height = 40 + rand.Intn(41)
		return height, height*2 + rand.Intn(height*2)
	}
	set("base64captcha", func() (string, []byte) {
		text, fonts := word(capitals+digits, 4, 6), append(append([]string{}, twoCases...), oneCase...)
		if rand.Intn(2) == 0 {
			text, fonts = word(pick(small+digits, small, capitals+small+digits), 4, 6), twoCases
		} else if rand.Intn(3) == 0 {
			text = word(digits, 4, 6)
		}
		if rand.Intn(3) == 0 {
			fonts = []string{pick(fonts...)}
		}
		height, width := size()
		driver := base64Captcha.NewDriverString(height, width, rand.Intn(3)*rand.Intn(8), lines(), len(text), "", paper(), nil, fonts)
		return text, drawn(driver.DrawCaptcha(text))
	})
	set("base64captcha-sums", func() (string, []byte) {
		height, width := size()
		driver := base64Captcha.NewDriverMath(height, width+height, rand.Intn(2)*rand.Intn(6), lines(), paper(), nil, twoCases)
		_, text, _ := driver.GenerateIdQuestionAnswer()
		return text, drawn(driver.DrawCaptcha(text))
	})
	set("base64captcha-digits", func() (string, []byte) {
		text := word(digits, 4, 6)
		height := 40 + rand.Intn(41)
		driver := base64Captcha.NewDriverDigit(height, height*3, len(text), 0.3+rand.Float64()*0.5, 20+rand.Intn(80))
		if rand.Intn(2) == 0 {
			driver = base64Captcha.NewDriverDigit(80, 240, len(text), 0.7, 80)
		}
		return text, drawn(driver.DrawCaptcha(text))
	})
}

// The styles of its own example, but for the Perlin noise of two of them: behind that the eye cannot read its outlined letters.
func gocaptchas() {
	check(gocaptcha.SetFonts(os.Args[1]+"/3Dumb.ttf", os.Args[1]+"/ApothecaryFont.ttf", os.Args[1]+"/Comismsh.ttf", os.Args[1]+"/D3Parallelism.ttf", os.Args[1]+"/Flim-Flam.ttf"))
	set("gocaptcha", func() (string, []byte) {
		text := word(pick(capitals+digits, capitals+small+digits, small+digits, digits), 4, 5)
		image, ink := gocaptcha.New(180, 60, gocaptcha.RandLightColor()).DrawBorder(gocaptcha.RandDeepColor()), gocaptcha.RandDeepColor
		words, blur, dpi := gocaptcha.NewTextNoiseDrawer(gocaptcha.DefaultDPI), gocaptcha.NewGaussianBlur(), float64(gocaptcha.DefaultDPI)
		switch rand.Intn(4) {
		case 0:
			image.DrawNoise(gocaptcha.NoiseDensityLower, words).DrawNoise(gocaptcha.NoiseDensityLower, gocaptcha.NewPoissonPointNoiseDrawer()).
				DrawLine(gocaptcha.NewBezier3DLine(), ink()).DrawText(gocaptcha.NewTwistTextDrawer(dpi, 15, 0.01), text).
				DrawLine(gocaptcha.NewBeeline(), ink()).DrawBlur(blur, gocaptcha.DefaultBlurKernelSize, 0.1)
		case 1:
			image.DrawNoise(gocaptcha.NoiseDensityLower, gocaptcha.NewPointNoiseDrawer()).DrawLine(gocaptcha.NewBezierLine(), ink()).
				DrawText(gocaptcha.NewTwistTextDrawerWithModes(dpi, 8, 0.02, gocaptcha.WaveDistortionHorizontal, gocaptcha.WaveDistortionVertical), text).DrawBlur(blur, 3, 0.15)
		case 2:
			image.DrawNoise(gocaptcha.NoiseDensityMedium, words).DrawLine(gocaptcha.NewCurveLine(), ink()).
				DrawText(gocaptcha.NewTwistTextDrawerWithModes(dpi, 8, 0.03, gocaptcha.WaveDistortionDual), text).DrawBlur(blur, 3, 0.8)
		default:
			image.DrawNoise(gocaptcha.NoiseDensityLower, words).DrawText(gocaptcha.NewTextDrawer(dpi), text).DrawLine(gocaptcha.NewBeeline(), ink()).DrawBlur(blur, 3, 0.55)
		}
		check(image.Error)
		var out bytes.Buffer
		check(image.Encode(&out, gocaptcha.ImageFormatPng))
		return text, out.Bytes()
	})
}

func afocusCaptchas() {
	white := color.RGBA{255, 255, 255, 255}
	set("afocus-captcha", func() (string, []byte) {
		drawer := afocus.New()
		check(drawer.SetFont(os.Args[2]))
		text := word(pick(digits, small, capitals, capitals+small+digits, capitals+digits), 4, 6)
		switch rand.Intn(3) {
		case 0:
			drawer.SetSize(128, 64)
			drawer.SetDisturbance(afocus.MEDIUM)
			drawer.SetFrontColor(white)
			drawer.SetBkgColor(color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{0, 153, 0, 255})
		case 1:
			drawer.SetSize(len(text)*22, 32)
		default:
			height := 36 + rand.Intn(40)
			drawer.SetSize(height*len(text)*6/10, height)
			drawer.SetDisturbance([]afocus.DisturLevel{afocus.NORMAL, afocus.MEDIUM, afocus.HIGH}[rand.Intn(3)])
			drawer.SetFrontColor(shade(0, 130), shade(0, 130), shade(0, 130))
			drawer.SetBkgColor(shade(190, 256), white)
		}
		var out bytes.Buffer
		check(png.Encode(&out, drawer.CreateCustom(text)))
		return text, out.Bytes()
	})
}

func main() {
	rand.Seed(time.Now().UnixNano())
	base64Captchas()
	gocaptchas()
	afocusCaptchas()
}
