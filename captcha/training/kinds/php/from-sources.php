<?php
// How the scripts beside this one begin that draw by published sources: SCRIPT SOURCES FOLDER COUNT [SEED [NAME,NAME...]].
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
[, $sources, $folder, $count] = $argv;
mt_srand((int) ($argv[4] ?? 7));
$names = isset($argv[5]) ? explode(',', $argv[5]) : null;

require __DIR__ . '/tools.php';
require __DIR__ . '/set.php';
