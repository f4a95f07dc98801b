<?php
// One set of images and what is drawn on them, for the scripts beside this one; they set $folder, $count and $names.

function set(string $name, callable $draw): void
{
    global $folder, $count, $names;
    if ($names !== null && !in_array($name, $names, true)) return;
    @mkdir("$folder/$name", 0777, true);
    $labels = '';
    for ($number = 0; $number < $count; $number++) {
        do {
            try {
                [$text, $bytes] = $draw();
            } catch (ValueError) { // mt_rand(5, 3), which PHP 7 let pass
                $bytes = '';
            }
            $size = @getimagesizefromstring($bytes);
        } while (!$size);
        $file = $number . image_type_to_extension($size[2]);
        file_put_contents("$folder/$name/$file", $bytes);
        $labels .= "$file\t" . str_replace(' ', '', $text) . "\n";
    }
    file_put_contents("$folder/$name/labels.tsv", $labels);
}
