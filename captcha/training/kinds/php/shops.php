<?php
// Captchas of more shops, of a bug tracker and of surveys, from their published sources (SOURCES as sources.sh makes it; Debian: php-gd):
//   php shops.php SOURCES FOLDER COUNT [SEED [NAME,NAME...]]; without names all
require __DIR__ . '/from-sources.php';

// Shopware 5: every letter twice, slanting, with lines
define_from("$sources/shopware/engine/Shopware/Components/Captcha/AbstractCaptcha.php", 'abstract class AbstractCaptcha', [' implements CaptchaInterface' => '', 'Shopware_Components_Config $config;' => 'object $config;', 'Random::getInteger' => 'mt_rand']);
class Shopware extends AbstractCaptcha
{
    public function __construct(private string $theme, public array $ink) { $this->config = $this; }
    public function get(string $name): string { return implode(',', $this->ink); }
    protected function getCaptchaFile(string $fileName): ?string { return "$this->theme/$fileName"; }
    public function draw(string $text): string { return printed(fn () => imagepng($this->getImageResource($text))); }
}
set('shopware', function () use ($sources) {
    $captcha = new Shopware("$sources/shopware/themes/Frontend/Responsive", mt_rand(0, 1) ? [51, 102, 153] : colour(0, 150));
    $text = text(one(['0123456789abcdef', 'abdefghijkmnpqrtyABDEFGHJKLMNPQRTY123456789']), 5);
    return [$text, $captcha->draw($text)];
});

// MantisBT 1.2: letters with light shadows on a grid or on letters
function get_gd_version(): int { return 2; }
function utf8_strtoupper(string $text): string { return strtoupper($text); }
define_from("$sources/mantis/make_captcha_img.php", 'class masc_captcha', ['srand(' => 'floatval(', "@ImageJPEG(\$image, ''" => 'ImageJPEG($image, null']);
set('mantis', function () use ($print, $alphabets) {
    $captcha = new masc_captcha();
    $settings = ['TTF_folder' => '', 'TTF_RANGE' => ['/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf']];
    $text = text('0123456789ABCDEF', 5);
    if (mt_rand(0, 1)) {
        $text = text(one([CAPITALS, CAPITALS . DIGITS, '0123456789']), 4, 6);
        $settings = ['TTF_folder' => '', 'TTF_RANGE' => [one($print), one($print)], 'chars' => strlen($text), 'minsize' => mt_rand(14, 20), 'maxsize' => mt_rand(20, 28), 'maxrotation' => mt_rand(5, 30), 'noise' => mt_rand(0, 1) === 1, 'websafecolors' => mt_rand(0, 1) === 1];
    }
    $captcha->masc_captcha($settings);
    return [$text, printed(fn () => $captcha->make_captcha($text))];
});

// LimeSurvey's sums, in Bitstream Vera, which PhpCaptcha brings with it
$vera = "$sources/tiim/captcha/fonts";
$limesurvey = part("$sources/limesurvey/verification.php", '$im = ImageCreate', ['srand((double)microtime()*1000000);' => '', '$rootdir."/fonts/verabd.ttf"' => "'$vera/VeraBd.ttf'", '$rootdir."/fonts/vera.ttf"' => "'$vera/Vera.ttf'", '$rootdir."/fonts/verait.ttf"' => "'$vera/VeraIt.ttf'"], 'ImageDestroy');
set('limesurvey', function () use ($limesurvey) {
    $sum = '';
    $bytes = printed(function () use ($limesurvey, &$sum) {
        eval($limesurvey);
        $sum = "$num1+$num2=";
    });
    return [$sum, $bytes];
});
