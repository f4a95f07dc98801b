<?php
// Captchas of PHP frameworks, forums and content systems, from their published sources (SOURCES as sources.sh makes it; Debian: php-gd):
//   php systems.php SOURCES FOLDER COUNT [SEED [NAME,NAME...]]; without names all
// Some draw from randomness of their own: every run gives other images.
namespace yii\base {
    class Action {}
    class InvalidConfigException extends \Exception {}
}

namespace {
    $config = [];

    require __DIR__ . '/from-sources.php';

    // Yii 2
    require "$sources/yii2/framework/captcha/CaptchaAction.php";
    class Yii2 extends \yii\captcha\CaptchaAction
    {
        public function word(): string { return $this->generateVerifyCode(); }
        public function draw(string $text): string { return $this->renderImageByGD($text); }
    }
    set('yii2', function () use ($sources, $print, $alphabets) {
        $captcha = new Yii2();
        $captcha->fontFile = "$sources/yii2/framework/captcha/SpicyRice.ttf";
        $text = $captcha->word();
        if (mt_rand(0, 1)) {
            [$captcha->backColor, $captcha->foreColor] = mt_rand(0, 3) ? [hex(colour(200, 255)), hex(colour(0, 140))] : [hex(colour(0, 70)), hex(colour(170, 255))];
            [$captcha->width, $captcha->height, $captcha->offset, $captcha->padding] = [mt_rand(80, 160), mt_rand(36, 60), mt_rand(-3, 4), mt_rand(4, 8)];
            $text = text(one($alphabets), 4, 6);
            if (mt_rand(0, 2) === 0) $captcha->fontFile = one($print);
        }
        return [$text, $captcha->draw($text)];
    });

    // CodeIgniter
    define('BASEPATH', '');
    function is_really_writable(string $path): bool { return true; }
    require "$sources/CodeIgniter/system/helpers/captcha_helper.php";
    set('codeigniter', function () use ($sources, $print, $alphabets) {
        // One of its own: the helper removes pictures of before from it.
        $place = sys_get_temp_dir() . '/captcha-' . getmypid() . '/';
        if (!is_dir($place)) mkdir($place);
        $settings = ['word' => text(one($alphabets), 4, 7), 'img_path' => $place, 'img_url' => '/'];
        if (mt_rand(0, 3)) $settings['font_path'] = mt_rand(0, 1) ? "$sources/CodeIgniter/system/fonts/texb.ttf" : one($print);
        if (mt_rand(0, 1)) {
            $settings['font_size'] = mt_rand(14, 22);
            $settings['img_width'] = strlen($settings['word']) * $settings['font_size'] * mt_rand(17, 24) / 10;
            $settings['img_height'] = $settings['font_size'] * 2 + mt_rand(0, 14);
            $settings['colors'] = ['background' => colour(220, 255), 'border' => colour(100, 200), 'text' => colour(0, 140), 'grid' => colour(120, 235)];
        }
        $made = create_captcha($settings);
        $bytes = file_get_contents($place . $made['filename']);
        unlink($place . $made['filename']);
        return [$settings['word'], $bytes];
    });

    // Really Simple CAPTCHA of WordPress
    function path_join(string $base, string $path): string { return "$base/$path"; }
    function trailingslashit(string $path): string { return "$path/"; }
    function wp_normalize_path(string $path): string { return $path; }
    function sanitize_file_name(string $name): string { return $name; }
    require "$sources/really-simple-captcha/really-simple-captcha.php";
    class Simple extends ReallySimpleCaptcha
    {
        public function make_tmp_dir() { return true; }
        public function cleanup($minutes = 60, $max = 100) {}
        public function generate_answer_file($prefix, $word) {}
    }
    set('really-simple-captcha', function () use ($alphabets) {
        $captcha = new Simple();
        $captcha->tmp_dir = sys_get_temp_dir();
        $text = $captcha->generate_random_word();
        if (mt_rand(0, 1)) {
            $text = text(one($alphabets), 4, 6);
            $size = $captcha->font_size = mt_rand(12, 24);
            $captcha->font_char_width = (int) ($size * mt_rand(9, 12) / 10);
            $captcha->img_size = [$captcha->font_char_width * strlen($text) + mt_rand(10, 16), (int) ($size * 1.7)];
            $captcha->base = [6, (int) ($size * 1.3)];
            [$captcha->bg, $captcha->fg] = mt_rand(0, 3) ? [colour(200, 255), colour(0, 130)] : [colour(0, 80), colour(180, 255)];
        }
        $file = $captcha->tmp_dir . '/' . $captcha->generate_image('simple', $text);
        $bytes = file_get_contents($file);
        unlink($file);
        return [$text, $bytes];
    });

    // KCAPTCHA, written for PHP 7: letters of a text were also taken with braces.
    $braces = preg_replace('/(->\w+)\{((?:[^{}])+)\}/', '$1[$2]', file_get_contents("$sources/KCaptcha/KCaptcha.php"));
    eval(str_replace('__DIR__', var_export("$sources/KCaptcha", true), substr($braces, strpos($braces, 'namespace'))));
    set('kcaptcha', function () {
        $captcha = null;
        $bytes = printed(function () use (&$captcha) { $captcha = new \k_captcha\KCaptcha(); });
        return [$captcha->getKeyString(), $bytes];
    });

    // phpBB 3.3
    function phpbb_mt_rand(int $least, int $most): int { return $least < $most ? mt_rand($least, $most) : mt_rand($most, $least); }
    $phpbb = "$sources/phpbb/phpBB/phpbb/captcha";
    foreach (['char_cube3d', 'colour_manager', 'gd', 'gd_wave'] as $part) require "$phpbb/$part.php";
    define_from("$phpbb/non_gd.php", 'namespace', ['exit;' => '']);
    foreach (['gd' => [4, 6], 'gd_wave' => [4, 7], 'non_gd' => [4, 7]] as $style => [$least, $most]) {
        set("phpbb-$style", function () use ($style, $least, $most) {
            global $config;
            $usual = mt_rand(0, 1);
            $config = ['captcha_gd_x_grid' => $usual ? 25 : mt_rand(0, 1) * mt_rand(15, 30), 'captcha_gd_y_grid' => $usual ? 25 : mt_rand(0, 1) * mt_rand(15, 30), 'captcha_gd_wave' => !$usual && mt_rand(0, 1),
                'captcha_gd_3d_noise' => $usual || mt_rand(0, 1), 'captcha_gd_foreground_noise' => !$usual && mt_rand(0, 1), 'captcha_gd_fonts' => $usual ? 1 : mt_rand(1, 3)];
            $text = text(CAPITALS . DIGITS, $least, $most);
            $class = "phpbb\\captcha\\$style";
            $seed = mt_rand();
            $bytes = printed(fn () => (new $class())->execute($text, mt_rand()));
            mt_srand($seed);
            return [$text, $bytes];
        });
    }

    // image_captcha of Drupal 7, as its successor Backdrop has it
    $drupal = [];
    function config_get(string $file, string $name, $default = null) { return $GLOBALS['drupal'][$name] ?? $default; }
    function config(string $file): object
    {
        return new class {
            public function get(string $name) { return config_get('', $name); }
        };
    }
    function backdrop_get_path(string $type, string $name): string { return ''; }
    function backdrop_realpath(string $path): string { return $path; }
    $image = "$sources/backdrop-captcha/image_captcha";
    require "$image/image_captcha.module";
    require "$image/image_captcha.user.inc";
    $language = (object) ['direction' => 0];
    set('drupal-image-captcha', function () use ($image, $print) {
        global $drupal;
        $fonts = one([["$image/fonts/Tesox/tesox.ttf"], ["$image/fonts/Tuffy/Tuffy.ttf"], ["$image/fonts/Tuffy/Tuffy_Bold.ttf"], [one($print), one($print)]]);
        $dark = mt_rand(0, 4) === 0;
        $drupal = ['fonts' => $fonts, 'font_size' => one([24, 30, 30, 36]), 'character_spacing' => one([1.2, 1.2, 1, 1.5]), 'foreground_color_randomness' => one([0, 50, 100, 150]),
            'background_color' => sprintf('#%06x', hex($dark ? colour(0, 60) : colour(220, 255))), 'foreground_color' => sprintf('#%06x', hex($dark ? colour(180, 255) : colour(0, 90))), 'file_format' => mt_rand(1, 2),
            'distortion_amplitude' => mt_rand(0, 10), 'bilinear_interpolation' => mt_rand(0, 1), 'dot_noise' => mt_rand(0, 1), 'line_noise' => mt_rand(0, 1), 'noise_level' => one([1, 2, 3, 4, 5])];
        $text = text(one([IMAGE_CAPTCHA_ALLOWED_CHARACTERS, IMAGE_CAPTCHA_ALLOWED_CHARACTERS, CAPITALS . DIGITS, SMALL . DIGITS, '0123456789']), 4, 6);
        $drawn = _image_captcha_generate_image($text);
        return [$text, printed(fn () => $drupal['file_format'] === 1 ? imagejpeg($drawn) : imagepng($drawn))];
    });

    // Discuz! X
    define('IN_DISCUZ', true);
    function fileext(string $name): string { return pathinfo($name, PATHINFO_EXTENSION); }
    require "$sources/DiscuzX/upload/source/class/class_seccode.php";
    set('discuz', function () use ($sources) {
        $captcha = new seccode();
        $captcha->datapath = "$sources/DiscuzX/upload/static/image/seccode/";
        $captcha->fontpath = $captcha->datapath . 'font/';
        $captcha->code = text('BCEFGHJKMPQRTVWXY2346789', 4);
        if (mt_rand(0, 2)) {
            foreach (['background', 'adulterate', 'ttf', 'angle', 'warping', 'color', 'size', 'shadow'] as $setting) $captcha->$setting = mt_rand(0, 1);
            $captcha->scatter = mt_rand(0, 3) ? 0 : 1;
            [$captcha->width, $captcha->height] = one([[150, 60], [100, 40], [120, 50], [200, 80]]);
        }
        return [$captcha->code, printed(fn () => $captcha->display())];
    });

    // DedeCMS; it draws capitals for small letters too.
    define_from("$sources/DedeCMS/include/vdimgck.php", 'function echo_validate_image', ['@session_start();' => '', 'exit();' => 'return $rndstring;']);
    set('dedecms', function () use ($sources) {
        $text = '';
        $bytes = printed(function () use ($sources, &$text) {
            [$width, $height] = one([[68, 24], [68, 24], [80, 26], [100, 30]]);
            $text = echo_validate_image(['font_size' => 14, 'img_width' => $width, 'img_height' => $height, 'word_type' => mt_rand(1, 3), 'use_boder' => true,
                'font_file' => "$sources/DedeCMS/include/data/fonts/" . mt_rand(1, 3) . '.ttf', 'filter_type' => one([0, 0, 0, 5, 5, 1, 2, 3])]);
        });
        return [$text, $bytes];
    });
}
