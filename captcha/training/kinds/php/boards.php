<?php
// Captchas of more forums, wikis and content systems, from their published sources (SOURCES as sources.sh makes it; Debian: php-gd):
//   php boards.php SOURCES FOLDER COUNT [SEED [NAME,NAME...]]; without names all
// Some draw from randomness of their own: every run gives other images.
namespace TYPO3Fluid\Fluid\View {
    interface ViewInterface {}
}

namespace TYPO3\CMS\Core\Utility {
    class GeneralUtility
    {
        public static function getFileAbsFileName(string $name): string { return $name; }
    }
}

namespace phpMyFAQ {
    class Strings
    {
        public static function strlen(string $text): int { return strlen($text); }
    }
}

namespace {
    require __DIR__ . '/from-sources.php';

    // XOOPS
    define_from("$sources/xoops/htdocs/class/captcha/image/scripts/image.php", 'class XoopsCaptchaImageHandler', ['$imageHandler = new' => 'return; $imageHandler = new']);
    define('XOOPS_ROOT_PATH', "$sources/xoops/htdocs");
    class Xoops extends XoopsCaptchaImageHandler
    {
        public function __construct() {}
        /** Measured once for each font and size: it turns 26 letters to 61 angles. */
        public function setImageSize()
        {
            static $known = [];
            $size = &$known[$this->font . $this->config['fontsize_max'] . $this->config['num_chars']];
            if ($size === null) {
                parent::setImageSize();
                $size = [$this->width, $this->height, $this->spacing];
            }
            [$this->width, $this->height, $this->spacing] = $size;
        }
        public function getList($name, $extension = '') { return array_map('basename', glob(XOOPS_ROOT_PATH . "/class/captcha/image/$name/*.{ttf,png}", GLOB_BRACE)); }
    }
    set('xoops', function () {
        $captcha = new Xoops();
        $captcha->config = ['num_chars' => mt_rand(4, 6), 'fontsize_min' => 10, 'fontsize_max' => one([24, 24, 24, 16, 20]), 'background_type' => one([0, 1, 2, 3, 4, 5, 100]), 'background_num' => one([50, 50, 20]), 'polygon_point' => 3];
        $captcha->code = text(mt_rand(0, 2) ? 'ABCDEF2345678' : 'abcdef2345678', $captcha->config['num_chars']);
        return [$captcha->code, printed(fn () => $captcha->createImage())];
    });

    // MyBB, with its two fonts or, where there are none, GD's own drawn up
    $mybb = "$sources/mybb/captcha.php";
    define_from($mybb, "/**\n * Draws a random number of lines");
    function my_strlen(string $text): int { return strlen($text); }
    function gd_version(): int { return 2; }
    $mybb_draw = part($mybb, '// Check for GD >= 2', [], '/**');
    foreach (['mybb' => 1, 'mybb-plain' => 0] as $name => $ttf) {
        set($name, function () use ($ttf, $sources, $mybb_draw) {
            $GLOBALS['use_ttf'] = $ttf;
            $GLOBALS['ttf_fonts'] = glob("$sources/mybb/inc/captcha_fonts/*.ttf");
            [$GLOBALS['img_width'], $GLOBALS['img_height'], $GLOBALS['min_size'], $GLOBALS['max_size'], $GLOBALS['min_angle'], $GLOBALS['max_angle']] = [200, 60, 20, 32, -30, 30];
            $imagestring = text('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789', 5);
            $bytes = printed(function () use ($imagestring, $mybb_draw) {
                global $img_width, $img_height;
                eval($mybb_draw);
            });
            return [$imagestring, $bytes];
        });
    }

    // emlog
    function em_rand(int $least, int $most): int { return mt_rand($least, $most); }
    $emlog = part("$sources/emlog/include/lib/checkcode.php", '$width = 120;', ['__DIR__' => var_export("$sources/emlog/include/lib", true)]);
    set('emlog', function () use ($emlog) {
        $_GET['mode'] = one(['', 't']);
        $randCode = text('abcdefghijkmnpqrstuvwxyzABCDEFGHIJKLMNPRSTUVWXYZ23456789', 5);
        return [$randCode, printed(function () use ($emlog, $randCode) { eval($emlog); })];
    });

    // PHPCMS
    define('PC_PATH', "$sources/phpcms/phpcms/");
    define_from("$sources/phpcms/phpcms/libs/classes/checkcode.class.php", 'class checkcode', ['private ' => 'public ', '$code = $this->creat_code();' => '']);
    set('phpcms', function () {
        $captcha = new checkcode();
        $captcha->code = text('bcdefghkmnprstuvwyzABCDEFGHKLMNPRSTUVWYZ23456789', 4);
        if (mt_rand(0, 1)) {
            $captcha->code = text(substr($captcha->charset, 1), $captcha->code_len = mt_rand(4, 6));
            $captcha->font_size = mt_rand(14, 22);
            [$captcha->width, $captcha->height] = [(int) ($captcha->font_size * mt_rand(16, 22) / 10 * $captcha->code_len), (int) ($captcha->font_size * mt_rand(20, 26) / 10)];
            if (mt_rand(0, 1)) $captcha->font_color = sprintf('#%06x', hex(colour(0, 156)));
            if (mt_rand(0, 1)) $captcha->background = sprintf('#%06x', hex(colour(220, 255)));
        }
        return [$captcha->code, printed(fn () => $captcha->doimage())];
    });

    // EmpireCMS
    function ToReturnRGB(string $colour): array { return array_map('intval', explode(',', $colour)); }
    function ecmsSetShowKey(): void {}
    define_from("$sources/empire/e/ShowKey/index.php", 'function domake_password', ['strtolower(domake_password(4))' => '$GLOBALS["empire"]', '$v=$_GET[' => 'return; $v=$_GET[', '?>' => '']);
    set('empire', function () {
        $GLOBALS['empire'] = text(one(['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'abcdefghjklmnpqrstuvwxyz23456789']), 4);
        $GLOBALS['public_r'] = mt_rand(0, 1) ? [] : ['keybgcolor' => implode(',', colour(0, 120)), 'keyfontcolor' => implode(',', colour(190, 255)), 'keydistcolor' => implode(',', colour(60, 170))];
        return [$GLOBALS['empire'], printed(fn () => ShowKey('login'))];
    });

    // phpMyFAQ
    define_from("$sources/phpmyfaq/phpmyfaq/src/phpMyFAQ/Captcha/BuiltinCaptcha.php", 'namespace', ['private readonly Configuration $configuration,' => '', 'private readonly' => 'public', 'private ' => 'public ', ' implements CaptchaInterface' => '', 'public function __construct(' => 'public function __construct() {} public function made(']);
    set('phpmyfaq', function () use ($sources, $print) {
        $captcha = new \phpMyFAQ\Captcha\BuiltinCaptcha();
        $captcha->font = mt_rand(0, 1) ? "$sources/phpmyfaq/phpmyfaq/assets/fonts/captcha.ttf" : one($print);
        $captcha->code = text('123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', mt_rand(0, 1) ? 6 : mt_rand(4, 6));
        foreach (['createBackground', 'drawLines', 'drawText'] as $step) $captcha->$step();
        return [$captcha->code, printed(fn () => imagejpeg($captcha->gdImage, null, 80))];
    });

    // SMF 2.1, by the degrees its settings have, from plain (1) to medium (3); the eye cannot read most of what the two above draw
    define_from("$sources/smf/Sources/Subs-Graphics.php", 'function showCodeImage', ['die();' => 'return;', ', $fontcord, 4, ' => ', $fontcord, ', 'isset($_GET[\'type\'])' => 'false', '?>' => '']);
    set('smf', function () use ($sources) {
        $GLOBALS['gd2'] = true;
        $GLOBALS['settings'] = ['default_theme_dir' => "$sources/smf/Themes/default"];
        if (mt_rand(0, 2) === 0) $GLOBALS['settings'] += ['verification_background' => colour(220, 255), 'verification_foreground' => colour(0, 110)];
        $GLOBALS['modSettings'] = ['visual_verification_type' => one([1, 2, 3, 3, 3])];
        $text = text('ABCDEFGHKMNPRTUVWXY', 6);
        return [$text, printed(fn () => showCodeImage($text))];
    });

    // freeCap as TYPO3's sr_freecap carries it: words of its own making, in its five fonts, of which the fourth has capitals only
    require "$sources/freecap/Classes/Utility/RandomContentUtility.php";
    define_from("$sources/freecap/Classes/Utility/ImageContentUtility.php", 'namespace', ['ImageString($image2' => '$GLOBALS["drawn"] .= $fontIndex === 3 ? strtoupper($word[$i]) : $word[$i]; ImageString($image2']);
    require "$sources/freecap/Classes/View/ImageGenerator/ShowPng.php";
    class FreeCap extends \SJBR\SrFreecap\View\ImageGenerator\ShowPng
    {
        public function draw(string $text, int $width, int $height, string $background): string
        {
            $image = $this->buildImage($text, $width, $height, $background);
            return printed(fn () => imagepng($image));
        }
    }
    set('freecap', function () use ($sources) {
        $fonts = glob("$sources/freecap/Resources/Private/Captcha/Fonts/freecap_font*.gdf");
        $usual = mt_rand(0, 1);
        $widths = array_map(fn ($font) => imagefontwidth(imageloadfont($font)), $fonts);
        $captcha = new FreeCap();
        $captcha->assign('settings', ['textColor' => $usual ? 0 : mt_rand(0, 1), 'textPosition' => ['horizontal' => 5, 'vertical' => 15], 'colorMaximum' => ['darkness' => $usual ? 5 : mt_rand(0, 60), 'lightness' => $usual ? 50 : mt_rand(60, 140)],
            'fontLocations' => $fonts, 'fontWidths' => $widths, 'morphFactor' => $usual ? 0.1 : mt_rand(0, 1), 'imageFormat' => 'png', 'backgroundImages' => glob("$sources/freecap/Resources/Private/Captcha/Images/*.jpg"), 'backgroundMorph' => $usual ? 0 : mt_rand(0, 1),
            'backgroundBlur' => $usual ? 1 : mt_rand(0, 1), 'mergeWithBackground' => $usual ? 0 : mt_rand(0, 1)]);
        $length = $usual ? 5 : 6;
        $text = \SJBR\SrFreecap\Utility\RandomContentUtility::getRandomWord(false, '', false, $length);
        $background = $usual ? 'White with grid' : one(['White with grid', 'White with squiggles', 'Morphed image blocks', 'Transparent']);
        $GLOBALS['drawn'] = '';
        $bytes = $captcha->draw($text, (int) ($length * array_sum($widths) / count($widths)) + 30, 90, $background);
        return [$GLOBALS['drawn'], $bytes];
    });

    // Evolution (MODX): a word and a number in one font on pictures
    function evolutionCMS(): object
    {
        return new class {
            public function getConfig(string $name, string $words): string { return $words; }
        };
    }
    define('MODX_BASE_PATH', "$sources/evolution/");
    define_from("$sources/evolution/core/src/Support/Captcha.php", 'class Evolution', ['class Captcha implements CaptchaInterface' => 'class Evolution', '0, 51, 153' => '...$this->ink', 'public $im;' => 'public $im; public $ink = [0, 51, 153];', 'Join(),' => '']);
    set('evolution', function () use ($alphabets) {
        [$width, $height] = mt_rand(0, 1) ? [148, 60] : [mt_rand(140, 220), mt_rand(60, 80)];
        $captcha = new Evolution($width, $height);
        if (mt_rand(0, 1)) [$captcha->word, $captcha->ink] = [text(one($alphabets), 5, 8), colour(0, 120)];
        return [$captcha->word, printed(fn () => $captcha->output())];
    });

    // Serendipity
    $serendipity_draw = part("$sources/serendipity/plugins/serendipity_event_spamblock/serendipity_event_spamblock.php", "\$pos_x  = 5;", ['$this->chars[$charidx]' => '$charidx'], 'imagejpeg(');
    set('serendipity', function () use ($sources, $serendipity_draw) {
        $place = "$sources/serendipity/plugins/serendipity_event_spamblock/";
        $strings = str_split(text('23479ABCDEFHJKLMNPQRTUVWXYZ', 3, 5));
        $usual = mt_rand(0, 1);
        $bytes = printed(function () use ($place, $strings, $usual, $serendipity_draw) {
            [$width, $height] = [120, 40];
            $bgcolors = $usual ? [255, 255, 255] : colour(225, 255);
            $_captchas = one(['yes', 'scramble']);
            $font = $place . one(['Vera.ttf', 'VeraSe.ttf', 'chumbly.ttf', '36daysago.ttf']);
            $image = imagecreate($width, $height);
            imagecolorallocate($image, ...$bgcolors);
            eval($serendipity_draw);
            imagejpeg($image, null, 90);
        });
        return [implode('', $strings), $bytes];
    });

    // DokuWiki's captcha plugin
    eval('class DokuWiki { public array $size; function getConf($name) { return $this->size[$name]; } ' . part("$sources/dokuwiki-captcha/helper.php", 'public function imageCaptcha', ['__DIR__' => "'$sources/dokuwiki-captcha'"], '/**') . '}');
    set('dokuwiki', function () {
        $captcha = new DokuWiki();
        $captcha->size = mt_rand(0, 1) ? ['width' => 115, 'height' => 22] : ['width' => mt_rand(100, 180), 'height' => mt_rand(22, 50)];
        $text = text('ABCDEFGHIJKLMNOPQRSTUVWXYZ', mt_rand(0, 2) ? 5 : 4);
        return [$text, $captcha->imageCaptcha($text)];
    });
}
