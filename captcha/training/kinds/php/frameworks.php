<?php
// Captchas of more PHP frameworks, shops and classes that sites carry with them, from their published sources (SOURCES as sources.sh makes it; Debian: php-gd):
//   php frameworks.php SOURCES FOLDER COUNT [SEED [NAME,NAME...]]; without names all
// Some draw from randomness of their own: every run gives other images.
namespace Laminas\Captcha {
    abstract class AbstractWord {}
}

namespace {
    require __DIR__ . '/from-sources.php';

    // Laminas, before it Zend Framework; the font is the site's own.
    require "$sources/laminas-captcha/src/Image.php";
    class Laminas extends \Laminas\Captcha\Image
    {
        public function __construct() {}
        public function draw(string $text): string
        {
            $this->setImgDir(sys_get_temp_dir());
            $this->generateImage('captcha-' . getmypid(), $text);
            $file = $this->getImgDir() . 'captcha-' . getmypid() . $this->getSuffix();
            $bytes = file_get_contents($file);
            unlink($file);
            return $bytes;
        }
    }
    set('laminas', function () use ($print, $alphabets) {
        $captcha = new Laminas();
        $captcha->setFont(one($print));
        // As its own word has it: vowels between consonants and digits.
        $text = '';
        for ($i = 0; $i < 4; $i++) $text .= one(str_split('bcdfghjkmnpqrstuvwxz23456789')) . one(str_split('aeiouy23456789'));
        if (mt_rand(0, 1)) {
            $text = text(one($alphabets), 4, 7);
            $captcha->setFontSize(mt_rand(20, 34));
            $captcha->setWidth((int) (strlen($text) * $captcha->getFontSize() * mt_rand(9, 14) / 10) + 20)->setHeight((int) ($captcha->getFontSize() * mt_rand(17, 26) / 10));
            $captcha->setDotNoiseLevel(mt_rand(0, 100))->setLineNoiseLevel(mt_rand(0, 5));
        }
        return [$text, $captcha->draw($text)];
    });

    // simple-php-captcha, whose script draws where the page asks for it
    $simple = "$sources/simple-php-captcha";
    eval(part("$simple/simple-php-captcha.php", "if( !function_exists('hex2rgb')", [], '// Draw the image'));
    $simple_draw = part("$simple/simple-php-captcha.php", '// Pick random background', [], 'header(') . 'imagepng($captcha);';
    set('simple-php-captcha', function () use ($simple, $simple_draw, $print, $alphabets) {
        $settings = ['code' => text('ABCDEFGHJKLMNPRSTUVWXYZabcdefghjkmnprstuvwxyz23456789', 5), 'backgrounds' => glob("$simple/backgrounds/*.png"), 'fonts' => ["$simple/fonts/times_new_yorker.ttf"], 'min_font_size' => 28, 'max_font_size' => 28,
            'color' => '#666', 'angle_min' => 0, 'angle_max' => 10, 'shadow' => true, 'shadow_color' => '#fff', 'shadow_offset_x' => -1, 'shadow_offset_y' => 1];
        if (mt_rand(0, 1)) {
            $settings = array_merge($settings, ['code' => $text = text(one($alphabets), 4, 6), 'fonts' => mt_rand(0, 2) ? [one($print)] : $settings['fonts'], 'min_font_size' => 16, 'max_font_size' => 44 - 4 * strlen($text), 'color' => sprintf('#%06x', hex(colour(0, 110))), 'angle_max' => mt_rand(0, 10),
                'shadow' => mt_rand(0, 3) > 0, 'shadow_offset_x' => mt_rand(-2, 2), 'shadow_offset_y' => mt_rand(-2, 2)]);
        }
        return [$settings['code'], printed(function () use ($simple_draw, $settings) {
            $captcha_config = $settings;
            eval($simple_draw);
        })];
    });

    // ECShop, in GD's own font on its five pictures
    define_from("$sources/ecshop/includes/cls_captcha.php", 'class EcShop', ['class captcha' => 'class EcShop', 'mt_srand' => 'floatval', 'false, 95' => 'null, 95']);
    set('ecshop', function () use ($sources) {
        $captcha = mt_rand(0, 1) ? new EcShop("$sources/ecshop/data/captcha/") : new EcShop("$sources/ecshop/data/captcha/", mt_rand(60, 160), mt_rand(20, 40));
        $captcha->img_type = one(['png', 'jpeg']);
        $text = text(CAPITALS . DIGITS, mt_rand(0, 2) ? 4 : 5);
        return [$text, printed(fn () => $captcha->generate_image($text))];
    });

    // osTicket, likewise
    define_from("$sources/osticket/include/class.captcha.php", 'class OsTicket', ['class Captcha' => 'class OsTicket', '?>' => '']);
    set('osticket', function () use ($sources) {
        $captcha = new OsTicket(mt_rand(0, 2) ? 5 : 6, mt_rand(0, 2) ? 12 : mt_rand(2, 5), "$sources/osticket/images/captcha/");
        return [$captcha->hash, printed(fn () => $captcha->getImage())];
    });

    // OpenCart
    $opencart = part("$sources/opencart/upload/extension/opencart/catalog/controller/captcha/basic.php", '$image  = ', ["\$this->session->data['captcha']" => '$text'], 'exit();');
    set('opencart', function () use ($opencart) {
        $text = text(one(['0123456789abcdef', CAPITALS . SMALL . DIGITS]), 6);
        return [$text, printed(function () use ($opencart, $text) { eval($opencart); })];
    });

    // Kohana's three kinds of picture, in its own font or others
    class Kohana_Text
    {
        public static function strlen(string $text): int { return strlen($text); }
        public static function substr(string $text, int $from, int $length): string { return substr($text, $from, $length); }
    }
    $kohana = ['class Captcha' => 'class Kohana', 'extends Captcha' => 'extends Kohana', 'Captcha::' => 'Kohana::', 'UTF8::' => 'Kohana_Text::', 'protected $response' => 'public $response', 'public function __construct(' => 'public function __construct() {} public function made('];
    foreach (['', '/Alpha', '/Basic', '/Black'] as $kind) define_from("$sources/kohana/classes/Captcha$kind.php", '/**', $kohana);
    foreach (['alpha', 'basic', 'black'] as $kind) {
        set("kohana-$kind", function () use ($kind, $sources, $print) {
            Kohana::$config = ['width' => 150, 'height' => 50, 'complexity' => 4, 'background' => '', 'fontpath' => '', 'fonts' => ["$sources/kohana/fonts/DejaVuSerif.ttf"]];
            if (mt_rand(0, 1)) {
                Kohana::$config = array_merge(Kohana::$config, ['width' => mt_rand(120, 220), 'height' => mt_rand(40, 80), 'complexity' => mt_rand(4, 6), 'fonts' => [one($print), one($print)]]);
            }
            $class = "Kohana_$kind";
            $captcha = new $class();
            $captcha->response = text('2345679ACDEFHJKLMNPRSTUVWXYZ', $kind === 'black' && mt_rand(0, 1) ? 3 : Kohana::$config['complexity']);
            return [$captcha->response, $captcha->render(false)];
        });
    }

    // ThinkPHP 3
    class ThinkText
    {
        public static string $text;
        public static function randString(): string { return self::$text; }
    }
    function import(string $name): void {}
    function session(): void {}
    define_from("$sources/thinkphp/ThinkPHP/Extend/Library/ORG/Util/Image.class.php", 'class ThinkImage', ['class Image' => 'class ThinkImage', 'String::' => 'ThinkText::', '$randval{$i}' => '$randval[$i]', 'Image::output' => 'self::output']);
    set('thinkphp', function () {
        ThinkText::$text = text(one(['0123456789', '0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITALS . SMALL . DIGITS]), 4, mt_rand(0, 1) ? 6 : 4);
        $length = strlen(ThinkText::$text);
        return [ThinkText::$text, printed(fn () => ThinkImage::buildImageVerify($length, 1, one(['png', 'gif']), ...(mt_rand(0, 1) ? [] : [mt_rand($length * 10 + 10, 90), mt_rand(22, 30)])))];
    });

    // Webasyst's own; it draws half of the small letters as capitals.
    abstract class waAbstractCaptcha
    {
        public function __construct(array $options) { $this->options = $options + $this->options; }
    }
    define_from("$sources/webasyst/wa-system/captcha/phpcaptcha/waPHPCaptcha.class.php", 'class waPHPCaptcha', ['dirname(__FILE__)' => "'$sources/webasyst/wa-system/captcha/phpcaptcha'", '$x += $ix;' => '$x += $ix; $GLOBALS["drawn"] .= substr($code, $i, 1);', 'strtoupper($letter);' => 'strtoupper($letter); $GLOBALS["drawn"] = substr($GLOBALS["drawn"], 0, $i) . $letter;']);
    class Webasyst extends waPHPCaptcha
    {
        public function draw(string $text): string { return printed(fn () => $this->responseImage($text)); }
    }
    set('webasyst', function () {
        $captcha = new Webasyst(mt_rand(0, 1) ? [] : ['width' => mt_rand(110, 160), 'height' => mt_rand(36, 56), 'font_size' => mt_rand(18, 26)]);
        $GLOBALS['drawn'] = '';
        $bytes = $captcha->draw(text('abdefhknrqstxyz23456789', 4, 5));
        return [$GLOBALS['drawn'], $bytes];
    });

    // CaptchaSecurityImages of White Hat Web Design, which many sites carry
    define_from("$sources/sistempakar/controller/captcha.php", 'class CaptchaSecurityImages', ['$width = isset(' => 'return; $width = isset(', '?>' => '', '$code = $this->generateCode($characters)' => '$code = $characters',
        '255, 255, 255' => '...$this->paper', '20, 40, 100' => '...$this->ink', '100, 120, 180' => '...$this->grain', 'var $font =' => 'public $paper, $ink, $grain; var $font =', '$height * 0.75' => '$height * $this->part', 'function generateCode' => 'public $part = 0.75; function generateCode']);
    set('white-hat', function () use ($sources, $print) {
        $captcha = new CaptchaSecurityImages();
        [$captcha->paper, $captcha->ink, $captcha->grain] = [[255, 255, 255], [20, 40, 100], [100, 120, 180]];
        $captcha->font = "$sources/sistempakar/fonts/monofont.ttf";
        $text = text('23456789bcdfghjkmnpqrstvwxyz', mt_rand(0, 1) ? 6 : 4, 6);
        $height = 40;
        if (mt_rand(0, 1)) {
            [$captcha->paper, $captcha->ink, $captcha->grain] = [colour(215, 255), colour(0, 90), colour(90, 200)];
            $height = mt_rand(30, 50);
            if (mt_rand(0, 1)) [$captcha->font, $captcha->part] = [one($print), 0.5];
        }
        return [$text, printed(fn () => $captcha->CaptchaSecurityImages((int) ($height * 0.55 * strlen($text)) + mt_rand(8, 30), $height, $text))];
    });

    // PhpCaptcha of Edward Eliot, with the fonts that come with it
    define_from("$sources/tiim/php-captcha.inc.php", "define('CAPTCHA_SESSION_ID'", ['count($this->aCharSet)' => 'count($this->aCharSet ?: [])', '?>' => '']);
    set('php-captcha', function () use ($sources) {
        $captcha = new PhpCaptcha();
        $captcha->PhpCaptcha(glob("$sources/tiim/captcha/fonts/*.ttf"));
        if (mt_rand(0, 1)) {
            [$width, $height] = one([[200, 60], [150, 50], [120, 40], [180, 40], [250, 60]]);
            $captcha->SetWidth($width);
            $captcha->SetHeight($height);
            $captcha->SetNumChars($width < 180 ? mt_rand(4, 5) : mt_rand(4, 7));
            $captcha->SetNumLines(mt_rand(10, 90));
            $captcha->UseColour(mt_rand(0, 1) === 1);
            $captcha->DisplayShadow(mt_rand(0, 3) === 0);
            $captcha->SetCharSet(one(['', 'A-Z,2-9', '0-9', 'a-z,2-9']));
            $captcha->SetMaxFontSize($width < 180 ? 20 : 25);
        }
        $bytes = printed(fn () => $captcha->Create());
        return [$captcha->sCode, $bytes];
    });
}
