<?php
// What the scripts beside this one draw from: choices, texts, colours, and parts of published files that do more than define something.
const DIGITS = '23456789';
const CAPITALS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const SMALL = 'abcdefghijkmnpqrstuvwxyz';

$print = glob('/usr/share/fonts/truetype/{dejavu,liberation,freefont}/*.ttf', GLOB_BRACE);
$alphabets = [SMALL, CAPITALS, CAPITALS . DIGITS, SMALL . DIGITS, CAPITALS . SMALL . DIGITS, '0123456789'];

function one(array $choices): mixed { return $choices[mt_rand(0, count($choices) - 1)]; }

function text(string $alphabet, int $least, int $most = 0): string
{
    $text = '';
    for ($length = mt_rand($least, max($least, $most)); strlen($text) < $length;) $text .= $alphabet[mt_rand(0, strlen($alphabet) - 1)];
    return $text;
}

function printed(callable $draw): string
{
    ob_start();
    try {
        $draw();
    } finally {
        $bytes = ob_get_clean();
    }
    return $bytes;
}

/** A file from the first of these words on, up to others, with these changes. */
function part(string $path, string $from, array $changes = [], ?string $to = null): string
{
    $source = strtr(file_get_contents($path), $changes);
    $source = substr($source, strpos($source, $from));
    return $to === null ? $source : substr($source, 0, strpos($source, $to));
}

/** A class or function of a file that would do more than define it. */
function define_from(string $path, string $from, array $changes = []): void { eval(part($path, $from, $changes)); }

function colour(int $from, int $to): array { return [mt_rand($from, $to), mt_rand($from, $to), mt_rand($from, $to)]; }
function hex(array $colour): int { return $colour[0] << 16 | $colour[1] << 8 | $colour[2]; }
