// More of Java, from their published sources (SOURCES as sources.sh makes it; Debian: default-jdk-headless, libjhlabs-filters-java,
// libslf4j-java): hutool, nanocaptcha (what became of SimpleCaptcha), patchca, jcaptcha:
//   java.sh SOURCES OUT FOLDER COUNT
// They draw from randomness of their own: every run gives other images.
import cn.hutool.captcha.AbstractCaptcha;
import cn.hutool.captcha.CircleCaptcha;
import cn.hutool.captcha.LineCaptcha;
import cn.hutool.captcha.ShearCaptcha;
import com.github.bingoohuang.patchca.background.SingleColorBackgroundFactory;
import com.github.bingoohuang.patchca.color.SingleColorFactory;
import com.github.bingoohuang.patchca.filter.FilterFactory;
import com.github.bingoohuang.patchca.filter.predefined.CurvesRippleFilterFactory;
import com.github.bingoohuang.patchca.filter.predefined.DiffuseRippleFilterFactory;
import com.github.bingoohuang.patchca.filter.predefined.DoubleRippleFilterFactory;
import com.github.bingoohuang.patchca.filter.predefined.MarbleRippleFilterFactory;
import com.github.bingoohuang.patchca.filter.predefined.WobbleRippleFilterFactory;
import com.github.bingoohuang.patchca.font.RandomSystemFontFactory;
import com.github.bingoohuang.patchca.service.AbstractCaptchaService;
import com.github.bingoohuang.patchca.text.renderer.BestFitTextRenderer;
import com.github.bingoohuang.patchca.text.renderer.RandomYBestFitTextRenderer;
import com.github.bingoohuang.patchca.word.RandomWordFactory;
import com.octo.captcha.engine.image.ImageCaptchaEngine;
import com.octo.captcha.engine.image.gimpy.GmailEngine;
import com.octo.captcha.engine.image.gimpy.HotmailEngine;
import com.octo.captcha.engine.image.gimpy.HotmailEngine2008;
import com.octo.captcha.engine.image.gimpy.NonLinearTextGimpyEngine;
import com.octo.captcha.engine.image.gimpy.SimpleListImageCaptchaEngine;
import com.octo.captcha.image.ImageCaptcha;
import java.awt.Color;
import java.awt.Font;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import net.logicsquad.nanocaptcha.image.backgrounds.FlatColorBackgroundProducer;
import net.logicsquad.nanocaptcha.image.backgrounds.GradiatedBackgroundProducer;
import net.logicsquad.nanocaptcha.image.backgrounds.SquigglesBackgroundProducer;
import net.logicsquad.nanocaptcha.image.filter.FishEyeImageFilter;
import net.logicsquad.nanocaptcha.image.filter.RippleImageFilter;
import net.logicsquad.nanocaptcha.image.filter.ShearImageFilter;
import net.logicsquad.nanocaptcha.image.noise.CurvedLineNoiseProducer;
import net.logicsquad.nanocaptcha.image.noise.GaussianNoiseProducer;
import net.logicsquad.nanocaptcha.image.noise.SaltAndPepperNoiseProducer;
import net.logicsquad.nanocaptcha.image.noise.StraightLineNoiseProducer;
import net.logicsquad.nanocaptcha.image.renderer.AbstractWordRenderer;
import net.logicsquad.nanocaptcha.image.renderer.DefaultWordRenderer;
import net.logicsquad.nanocaptcha.image.renderer.FastWordRenderer;

public class Styles {
    record Drawn(String text, BufferedImage image) {}

    interface Drawer {
        Drawn draw() throws Exception;
    }

    private static final String DIGITS = "0123456789", SMALL = "abcdefghijkmnpqrstuvwxyz", CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final String[] ALPHABETS = {DIGITS, SMALL, CAPITALS, CAPITALS + DIGITS, SMALL + DIGITS, CAPITALS + SMALL + DIGITS};
    private static final String[] FAMILIES = {"DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "Liberation Sans", "Liberation Serif", "Liberation Mono", "FreeSans", "FreeSerif"};
    private static final Random random = new Random();

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        set(folder, "hutool", count, () -> hutool(word(4, 6)));
        set(folder, "hutool-sums", count, () -> hutool(sum()));
        set(folder, "nanocaptcha", count, Styles::nanocaptcha);
        set(folder, "patchca", count, Styles::patchca);
        ImageCaptchaEngine[] engines = {new HotmailEngine(), new HotmailEngine2008(), new GmailEngine(), new NonLinearTextGimpyEngine(), new SimpleListImageCaptchaEngine()};
        set(folder, "jcaptcha", count, () -> {
            ImageCaptcha captcha = pick(engines).getNextImageCaptcha();
            Field text = captcha.getClass().getDeclaredField("response");
            text.setAccessible(true);
            return new Drawn((String) text.get(captcha), captcha.getImageChallenge());
        });
    }

    private static void set(Path folder, String name, int count, Drawer drawer) throws Exception {
        Path set = Files.createDirectories(folder.resolve(name));
        StringBuilder labels = new StringBuilder();
        for (int number = 0; number < count; number++) {
            Drawn drawn = drawer.draw();
            ByteArrayOutputStream image = new ByteArrayOutputStream();
            ImageIO.write(drawn.image, "png", image);
            Files.write(set.resolve(number + ".png"), image.toByteArray());
            labels.append(number).append(".png\t").append(drawn.text.replace(" ", "")).append('\n');
        }
        Files.writeString(set.resolve("labels.tsv"), labels);
    }

    @SafeVarargs
    private static <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String word(int least, int most) {
        String alphabet = pick(ALPHABETS);
        StringBuilder text = new StringBuilder();
        for (int length = least + random.nextInt(most - least + 1); text.length() < length;) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        return text.toString();
    }

    /** A sum as hutool's MathGenerator writes it: one or two digits, blanks where there is one. */
    private static String sum() {
        int digits = 1 + random.nextInt(2), limit = digits == 1 ? 10 : 100;
        String format = "%-" + digits + "d%c%-" + digits + "d=";
        return String.format(format, random.nextInt(limit), "+-*".charAt(random.nextInt(3)), random.nextInt(limit));
    }

    private static Color colour(int from, int to) {
        return new Color(from + random.nextInt(to - from), from + random.nextInt(to - from), from + random.nextInt(to - from));
    }

    private static Drawn hutool(String text) {
        boolean usual = random.nextBoolean();
        int height = usual ? 100 : 36 + random.nextInt(40);
        int width = usual && text.length() < 6 ? 200 : height * text.length() * (50 + random.nextInt(40)) / 100;
        AbstractCaptcha captcha;
        Image image;
        int kind = random.nextInt(3);
        if (kind == 0) captcha = new LineCaptcha(width, height, 4, usual ? 150 : random.nextInt(120));
        else if (kind == 1) captcha = new CircleCaptcha(width, height, 4, usual ? 20 : random.nextInt(20));
        else captcha = new ShearCaptcha(width, height, 4, usual ? 4 : 1 + random.nextInt(4));
        if (random.nextInt(3) == 0) captcha.setFont(new Font(pick(FAMILIES), random.nextInt(2), (int) (height * (0.55 + random.nextDouble() * 0.2))));
        if (random.nextInt(4) == 0) captcha.setBackground(colour(200, 256));
        if (captcha instanceof LineCaptcha line) image = line.createImage(text);
        else if (captcha instanceof CircleCaptcha circle) image = circle.createImage(text);
        else image = ((ShearCaptcha) captcha).createImage(text);
        return new Drawn(text, (BufferedImage) image);
    }

    private static Drawn nanocaptcha() {
        String text = word(4, 6);
        boolean usual = random.nextInt(3) == 0, fast = random.nextInt(4) == 0;
        int size = usual || fast ? 40 : 28 + random.nextInt(16);
        int width = fast ? 24 * text.length() + 30 : text.length() * size * (usual ? 17 : 15 + random.nextInt(6)) / 20 + 20;
        net.logicsquad.nanocaptcha.image.ImageCaptcha.Builder builder = new net.logicsquad.nanocaptcha.image.ImageCaptcha.Builder(width, size * 5 / 4);
        Color ink = usual ? Color.BLACK : colour(0, 140);
        boolean mixed = random.nextBoolean();
        AbstractWordRenderer.Builder words = fast ? new FastWordRenderer.Builder() : new DefaultWordRenderer.Builder();
        words.randomColor(mixed ? List.of(ink, colour(0, 150), colour(0, 150)) : List.of(ink));
        if (!usual) words.randomFont(List.of(new Font(pick(FAMILIES), random.nextInt(2), size), new Font(pick(FAMILIES), Font.BOLD, size)));
        builder.addContent(() -> text, words.build());
        for (int lines = random.nextInt(3); lines > 0; lines--)
            builder.addNoise(random.nextInt(3) > 0 ? new CurvedLineNoiseProducer(pick(Color.BLACK, ink, colour(0, 200)), 1 + random.nextFloat() * 2) : new StraightLineNoiseProducer(colour(0, 200), 1 + random.nextInt(4)));
        switch (random.nextInt(6)) {
            case 0, 1 -> builder.addFilter(new RippleImageFilter());
            case 2 -> builder.addFilter(new FishEyeImageFilter(colour(100, 255), colour(100, 255)));
            case 3 -> builder.addFilter(new ShearImageFilter(colour(200, 255)));
            default -> {}
        }
        if (random.nextInt(6) == 0) builder.addNoise(random.nextBoolean() ? new SaltAndPepperNoiseProducer() : new GaussianNoiseProducer());
        builder.addBackground(pick(new GradiatedBackgroundProducer(), new GradiatedBackgroundProducer(colour(150, 255), colour(200, 255)), new FlatColorBackgroundProducer(colour(190, 255)),
            new FlatColorBackgroundProducer(Color.WHITE)));
        if (random.nextInt(10) == 0) builder.addBackground(new SquigglesBackgroundProducer());
        if (random.nextBoolean()) builder.addBorder();
        return new Drawn(text, builder.build().getImage());
    }

    /** As its ConfigurableCaptchaService sets things, whose own fonts want libraries that are not here. */
    private static final class Patchca extends AbstractCaptchaService {
        Patchca(String text) {
            Color ink = random.nextBoolean() ? new Color(25, 60, 170) : colour(0, 150);
            colorFactory = random.nextInt(3) > 0 ? new SingleColorFactory(ink) : any -> colour(0, 160);
            backgroundFactory = pick(new SingleColorBackgroundFactory(), new SingleColorBackgroundFactory(colour(210, 256)));
            FilterFactory curves = new CurvesRippleFilterFactory(colorFactory);
            filterFactory = pick(curves, curves, new DoubleRippleFilterFactory(), new WobbleRippleFilterFactory(), new MarbleRippleFilterFactory(), new DiffuseRippleFilterFactory());
            BestFitTextRenderer usual = new BestFitTextRenderer();
            RandomYBestFitTextRenderer jumping = new RandomYBestFitTextRenderer();
            textRenderer = random.nextInt(3) > 0 ? usual : jumping;
            textRenderer.setLeftMargin(10);
            textRenderer.setRightMargin(10);
            boolean small = random.nextBoolean();
            RandomSystemFontFactory fonts = new RandomSystemFontFactory(List.of(FAMILIES));
            fonts.setMinSize(small ? 25 : 40);
            fonts.setMaxSize(small ? 32 : 45);
            fontFactory = fonts;
            RandomWordFactory words = new RandomWordFactory();
            words.setCharacters(text);
            words.setMinLength(4);
            words.setMaxLength(6);
            wordFactory = words;
            width = small ? 110 : 160;
            height = small ? 40 : 70;
        }
    }

    private static Drawn patchca() {
        com.github.bingoohuang.patchca.service.Captcha captcha = new Patchca(pick(ALPHABETS)).getCaptcha();
        return new Drawn(captcha.getChallenge(), captcha.getImage());
    }
}
