# GD::SecurityImage and Authen::Captcha (Debian: libgd-securityimage-perl, libauthen-captcha-perl): perl perl.pl FOLDER COUNT [SEED]
use strict;
use warnings;
use File::Copy qw(move);
use GD::SecurityImage;
use Authen::Captcha;

my ($folder, $count, $seed) = @ARGV;
srand($seed // 7);

sub set {
    my ($name, $draw) = @_;
    mkdir "$folder/$name";
    open my $labels, '>', "$folder/$name/labels.tsv" or die $!;
    for my $number (1 .. $count) {
        my ($file, $answer) = $draw->($number);
        print $labels "$file\t$answer\n";
    }
    close $labels;
}

my $font = '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf';
sub security {
    my ($name, $style, $particles, @new) = @_;
    set("gd-securityimage-$name", sub {
        my ($number) = @_;
        my $image = GD::SecurityImage->new(width => 120, height => 40, lines => 6, rndmax => 6, rnd_data => ['A' .. 'H', 'J' .. 'N', 'P' .. 'Z', 2 .. 9], @new);
        $image->random->create(@$style);
        $image->particle($particles) if $particles;
        my ($data, $mime, $text) = $image->out(force => 'png');
        open my $out, '>:raw', "$folder/gd-securityimage-$name/$number.png" or die $!;
        print $out $data;
        close $out;
        return ("$number.png", $text);
    });
}
security('plain', ['normal', 'default', '#403010', '#AABBEE'], 0, gd_font => 'giant');
security('rect-particles', ['normal', 'rect', '#403010', '#AABBEE'], 250, gd_font => 'giant');
security('ttf-ellipse', ['ttf', 'ellipse', '#10206A', '#C8A0A0'], 0, font => $font, ptsize => 18);
security('ttf-turned', ['ttf', 'default', '#202020', '#90A8C0'], 300, font => $font, ptsize => 18, scramble => 1, width => 220, height => 60);

set('authen-captcha', sub {
    my ($number) = @_;
    my $drawer = Authen::Captcha->new(data_folder => $folder, output_folder => "$folder/authen-captcha");
    my $text = join '', map { (grep { !/[01loi]/ } 'a' .. 'z', 2 .. 9)[rand 31] } 1 .. 5;
    no warnings 'redefine';
    local *Authen::Captcha::generate_random_string = sub { $text };
    my $sum = $drawer->generate_code(5);
    move("$folder/authen-captcha/$sum.png", "$folder/authen-captcha/$number.png");
    return ("$number.png", $text);
});
unlink "$folder/codes.txt", "$folder/codes.lock";
