#!/usr/bin/perl
# Wakaba's captcha, strokes drawn pixel by pixel, from its published source (SOURCES as sources.sh makes it):
#   wakaba.pl SOURCES FOLDER COUNT [SEED]
use strict;
use warnings;
no warnings qw(redefine once);
our ($sources, $folder, $count, $seed) = @ARGV;
srand($seed // 7);

# Its defaults are constants; here they differ from picture to picture.
our %setting;
sub CAPTCHA_HEIGHT() { $setting{height} }
sub CAPTCHA_SCRIBBLE() { $setting{scribble} }
sub CAPTCHA_SCALING() { $setting{scaling} }
sub CAPTCHA_ROTATION() { $setting{rotation} }
sub CAPTCHA_SPACING() { $setting{spacing} }
our (@foreground, @background);

sub read_text { my ($path) = @_; open my $file, '<', $path or die "$path: $!"; local $/; <$file> }
my $script = read_text("$sources/wakaba/captcha.pl");
my ($font) = $script =~ /(my \$font_height=.*?\n\);)/s;
my ($words) = $script =~ /(sub make_word.*?\n\}\n)/s;
my ($drawing) = $script =~ /(my \(\@pixels,.*)/s;
my ($expand) = read_text("$sources/wakaba/lib/wakautils.pl") =~ /(sub cfg_expand.*?\n\}\n)/s;
$drawing =~ s/my \(\@pixels,/our (\@pixels,/;
eval "no strict; no warnings; $font $expand $words $drawing; 1" or die $@;

sub colour { my ($from, $to) = @_; map { $from + int rand $to - $from } 1 .. 3 }

mkdir $folder;
mkdir "$folder/wakaba";
open my $labels, '>', "$folder/wakaba/labels.tsv" or die $!;
for my $number (0 .. $count - 1) {
    %setting = (height => 18, scribble => 0.2, scaling => 0.15, rotation => 0.3, spacing => 2.5);
    (@foreground, @background) = ();
    @foreground = (128, 0, 0);
    @background = (255, 255, 255);
    if (rand 2 < 1) {
        %setting = (height => 14 + int rand 22, scribble => rand 0.5, scaling => rand 0.3, rotation => rand 0.5, spacing => 1.5 + rand 2);
        @foreground = colour(0, 150);
        @background = colour(215, 256);
    }
    our @pixels = ();
    my $word;
    do { $word = make_word() } while length $word > 9;
    my $bytes = '';
    open my $picture, '>:raw', \$bytes or die $!;
    select $picture;
    make_image($word);
    select STDOUT;
    close $picture;
    open my $file, '>:raw', "$folder/wakaba/$number.gif" or die $!;
    print $file $bytes;
    print $labels "$number.gif\t$word\n";
}
