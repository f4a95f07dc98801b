<?php
// Gregwar's captcha (Debian: php-gregwar-captcha, php-gd): php gregwar.php FOLDER COUNT [SEED]
require '/usr/share/php/Gregwar/Captcha/autoload.php';

[, $folder, $count] = $argv;
mt_srand((int) ($argv[3] ?? 7));
foreach (['gregwar' => true, 'gregwar-plain' => false] as $name => $effects) {
    @mkdir("$folder/$name");
    $labels = '';
    for ($number = 1; $number <= $count; $number++) {
        $text = '';
        for ($i = 0; $i < 5; $i++) $text .= '23456789abcdefghijkmnpqrstuvwxyz'[mt_rand(0, 31)];
        $captcha = new Gregwar\Captcha\CaptchaBuilder($text);
        if (!$effects) $captcha->setIgnoreAllEffects(true)->setDistortion(false);
        $captcha->build(150, 40)->save("$folder/$name/$number.jpg", 90);
        $labels .= "$number.jpg\t$text\n";
    }
    file_put_contents("$folder/$name/labels.tsv", $labels);
}
