<?php
// Securimage and think-captcha from their published sources (SECURIMAGE and THINK are their folders, both needed; Debian: php-gd, php-mbstring):
//   php more.php SECURIMAGE THINK FOLDER COUNT [SEED [NAME,NAME...]]; without names all
namespace think {
    class Config
    {
        public function __construct(private array $settings) {}
        public function get(string $name, $default = null) { return $this->settings; }
    }
    class Session
    {
        public function set(string $name, $value): void {}
    }
    class Response
    {
        public function __construct(public string $content) {}
        public function contentType(string $type): self { return $this; }
    }
}

namespace think\captcha {
    function response(string $content): \think\Response { return new \think\Response($content); }
}

namespace {
    error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
    [, $securimage, $think, $folder, $count] = $argv;
    mt_srand((int) ($argv[5] ?? 7));
    $names = isset($argv[6]) ? explode(',', $argv[6]) : null;
    require "$securimage/securimage.php";
    require "$think/src/Captcha.php";

    class Think extends \think\captcha\Captcha
    {
        public string $drawn = '';
        protected function generate(): array
        {
            $this->drawn = '';
            if ($this->math) {
                $this->length = 5;
                $this->drawn = mt_rand(10, 30) . ' + ' . mt_rand(1, 9) . ' = ';
            } else {
                for ($i = 0; $i < $this->length; $i++) $this->drawn .= $this->codeSet[mt_rand(0, strlen($this->codeSet) - 1)];
            }
            return ['value' => $this->drawn, 'key' => ''];
        }
    }

    require __DIR__ . '/set.php';

    function securimage(string $text, array $options): string
    {
        $image = new Securimage(['no_session' => true, 'use_database' => false, 'no_exit' => true, 'send_headers' => false, 'display_value' => $text] + $options);
        ob_start();
        $image->show();
        return ob_get_clean();
    }

    function text(string $alphabet, int $length): string
    {
        $text = '';
        for ($i = 0; $i < $length; $i++) $text .= $alphabet[mt_rand(0, strlen($alphabet) - 1)];
        return $text;
    }

    function colour(int $from, int $to): Securimage_Color { return new Securimage_Color(mt_rand($from, $to), mt_rand($from, $to), mt_rand($from, $to)); }

    $letters = 'abcdefghijkmnopqrstuvwxzyABCDEFGHJKLMNPQRSTUVWXZY0123456789';
    set('securimage', function () use ($letters) {
        $text = text($letters, 6);
        return [$text, securimage($text, [])];
    });
    set('securimage-settings', function () use ($letters) {
        $text = text(['23456789abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHKLMNPRSTUVWYZ23456789', $letters, '0123456789'][mt_rand(0, 3)], mt_rand(4, 6));
        $height = mt_rand(40, 90);
        return [$text, securimage($text, [
            'image_height' => $height, 'image_width' => (int) ($height * mt_rand(22, 32) / 10), 'perturbation' => mt_rand(0, 90) / 100, 'num_lines' => mt_rand(0, 10),
            'noise_level' => mt_rand(0, 5), 'image_bg_color' => colour(200, 255), 'text_color' => colour(0, 130), 'line_color' => colour(0, 170), 'noise_color' => colour(0, 170),
        ])];
    });
    set('securimage-sums', function () {
        $text = mt_rand(1, 10) . ' ' . '+-x'[mt_rand(0, 2)] . ' ' . mt_rand(1, 5);
        return [$text, securimage($text, [])];
    });
    foreach ([
        'think-captcha' => fn () => [],
        'think-captcha-settings' => fn () => ['length' => mt_rand(4, 6), 'useCurve' => mt_rand(0, 1) === 1, 'useNoise' => mt_rand(0, 1) === 1, 'fontSize' => mt_rand(14, 30), 'useImgBg' => mt_rand(0, 3) === 0],
        'think-captcha-sums' => fn () => ['math' => true, 'useNoise' => mt_rand(0, 1) === 1],
    ] as $name => $settings) {
        set($name, function () use ($settings) {
            $captcha = new Think(new \think\Config($settings()), new \think\Session());
            $bytes = $captcha->create()->content;
            return [$captcha->drawn, $bytes];
        });
    }
}
