// EasyCaptcha and kaptcha, the latter as it comes and as RuoYi sets it, from their published sources (with Debian's libjhlabs-filters-java):
//   javac -cp CLASSES -d OUT Kinds.java && java -Djava.awt.headless=true -cp OUT:CLASSES Kinds FOLDER COUNT
// Both draw from randomness of their own: every run gives other images. The label of a sum is the sum itself.
import com.google.code.kaptcha.impl.DefaultKaptcha;
import com.google.code.kaptcha.util.Config;
import com.wf.captcha.ArithmeticCaptcha;
import com.wf.captcha.GifCaptcha;
import com.wf.captcha.SpecCaptcha;
import com.wf.captcha.base.Captcha;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;

public class Kinds {
    interface Drawer {
        /** Writes an image and returns its text. */
        String draw(OutputStream out) throws Exception;
    }

    private static final Random random = new Random();
    private static final Set<Integer> CAPITALS_ONLY = Set.of(Captcha.FONT_1, Captcha.FONT_3, Captcha.FONT_5, Captcha.FONT_10);

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        // Its own font draws capitals for small letters too.
        set(folder, "easy-spec", count, "png", out -> drawn(new SpecCaptcha(130, 48, 5), out).toUpperCase());
        set(folder, "easy-spec-fonts", count, "png", out -> {
            SpecCaptcha captcha = new SpecCaptcha(random.nextBoolean() ? 130 : 111, random.nextBoolean() ? 48 : 36, 4 + random.nextInt(3));
            return drawnInAnyFont(captcha, out);
        });
        set(folder, "easy-gif", count, "gif", out -> drawn(new GifCaptcha(130, 48, 5), out).toUpperCase());
        set(folder, "easy-gif-fonts", count, "gif", out -> {
            GifCaptcha captcha = new GifCaptcha(130, 48, 4 + random.nextInt(2));
            return drawnInAnyFont(captcha, out);
        });
        for (int terms : new int[] {2, 3}) {
            set(folder, "easy-arithmetic" + terms, count, "png", out -> {
                ArithmeticCaptcha captcha = new ArithmeticCaptcha(130, 48, terms);
                drawn(captcha, out);
                return captcha.getArithmeticString();
            });
        }
        String shadow = "com.google.code.kaptcha.impl.ShadowGimpy";
        DefaultKaptcha ruoyi = kaptcha("border", "yes", "textproducer.font.color", "black", "image.width", "160", "image.height", "60",
            "textproducer.font.size", "38", "textproducer.char.length", "4", "textproducer.font.names", "Arial,Courier", "obscurificator.impl", shadow);
        set(folder, "kaptcha-ruoyi", count, "jpg", out -> drawn(ruoyi, ruoyi.createText(), out));
        DefaultKaptcha sums = kaptcha("border", "yes", "border.color", "105,179,90", "textproducer.font.color", "blue", "image.width", "160", "image.height", "60",
            "textproducer.font.size", "35", "textproducer.char.space", "3", "textproducer.char.length", "6", "textproducer.font.names", "Arial,Courier",
            "noise.color", "white", "noise.impl", "com.google.code.kaptcha.impl.NoNoise", "obscurificator.impl", shadow);
        set(folder, "kaptcha-ruoyi-sums", count, "jpg", out -> drawn(sums, sum(), out));
        DefaultKaptcha plain = kaptcha();
        set(folder, "kaptcha", count, "jpg", out -> drawn(plain, plain.createText(), out));
    }

    private static void set(Path folder, String name, int count, String extension, Drawer drawer) throws Exception {
        Path set = Files.createDirectories(folder.resolve(name));
        StringBuilder labels = new StringBuilder();
        for (int number = 0; number < count; number++) {
            ByteArrayOutputStream image = new ByteArrayOutputStream();
            String file = number + "." + extension;
            labels.append(file).append('\t').append(drawer.draw(image)).append('\n');
            Files.write(set.resolve(file), image.toByteArray());
        }
        Files.writeString(set.resolve("labels.tsv"), labels);
    }

    private static String drawn(Captcha captcha, OutputStream out) {
        String text = captcha.text();
        captcha.out(out);
        return text;
    }

    /** Four of its ten fonts draw capitals for small letters: what is drawn is the label. */
    private static String drawnInAnyFont(Captcha captcha, OutputStream out) throws Exception {
        int font = random.nextInt(10);
        captcha.setFont(font);
        String text = drawn(captcha, out);
        return CAPITALS_ONLY.contains(font) ? text.toUpperCase() : text;
    }

    private static String drawn(DefaultKaptcha captcha, String text, OutputStream out) throws Exception {
        ImageIO.write(captcha.createImage(text), "jpg", out);
        return text;
    }

    private static DefaultKaptcha kaptcha(String... settings) {
        Properties properties = new Properties();
        for (int i = 0; i < settings.length; i += 2) properties.setProperty("kaptcha." + settings[i], settings[i + 1]);
        DefaultKaptcha captcha = new DefaultKaptcha();
        captcha.setConfig(new Config(properties));
        return captcha;
    }

    /** Sums of the shape that RuoYi draws. */
    private static String sum() {
        int left = random.nextInt(10);
        int right = random.nextInt(10);
        switch (random.nextInt(3)) {
            case 0:
                return left + "*" + right + "=?";
            case 1:
                return left != 0 && right % left == 0 ? right + "/" + left + "=?" : left + "+" + right + "=?";
            default:
                return Math.max(left, right) + "-" + Math.min(left, right) + "=?";
        }
    }
}
