// What Java business systems draw with, from their published sources: java-systems.sh SOURCES OUT FOLDER COUNT [KIND...]
// JFinal, JeecgBoot and JeeSite (frameworks), Cage, and three classes that are copied from system to system: VerifyCodeUtils,
// RandomValidateCode and ValidateCode. They draw from randomness of their own: every run gives other images.
import com.github.cage.Cage;
import com.github.cage.IGenerator;
import com.github.cage.ObjectRoulette;
import com.github.cage.YCage;
import com.github.cage.image.ConstantColorGenerator;
import com.github.cage.image.EffectConfig;
import com.github.cage.image.Painter;
import com.github.cage.image.RgbColorGenerator;
import com.github.cage.image.ScaleConfig;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** What the copied classes have as constants. */
class Look {
    static int width, height, lines, length, step, base;
    static boolean smooth;
    static Font font;
    static String alphabet;
    static String[] families;
}

public class Systems {
    record Drawn(String text, byte[] image) {}

    interface Drawer {
        Drawn draw() throws Exception;
    }

    private static final String DIGITS = "0123456789", SMALL = "abcdefghijkmnpqrstuvwxyz", CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final String[] FAMILIES = {"Dialog", "DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "Liberation Sans", "Liberation Serif", "Liberation Mono", "FreeSans", "FreeSerif"};
    private static final Random random = new Random();

    public static void main(String[] args) throws Exception {
        List<String> wanted = List.of(args).subList(2, args.length);
        Object[][] kinds = {
            {"jfinal", (Drawer) Systems::jfinal}, {"jeecg", (Drawer) Systems::jeecg}, {"java-verifycodeutils", (Drawer) Systems::twisted}, {"jeesite", (Drawer) Systems::jeesite},
            {"java-randomvalidatecode", (Drawer) Systems::drow}, {"java-validatecode", (Drawer) Systems::dashes}, {"cage", (Drawer) Systems::cage},
        };
        for (Object[] kind : kinds) if (wanted.isEmpty() || wanted.contains(kind[0])) set(Path.of(args[0]), (String) kind[0], Integer.parseInt(args[1]), (Drawer) kind[1]);
    }

    private static void set(Path folder, String name, int count, Drawer drawer) throws Exception {
        Path set = Files.createDirectories(folder.resolve(name));
        StringBuilder labels = new StringBuilder();
        for (int number = 0; number < count; number++) {
            Drawn drawn = drawer.draw();
            Files.write(set.resolve(number + ".jpg"), drawn.image);
            labels.append(number).append(".jpg\t").append(drawn.text).append('\n');
        }
        Files.writeString(set.resolve("labels.tsv"), labels);
    }

    @SafeVarargs
    private static <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static int from(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    private static String word(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        return text.toString();
    }

    private static byte[] jpeg(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }

    private static Drawn jfinal() throws IOException {
        Look.length = from(4, 5);
        Look.width = 22 * Look.length + 20;
        Look.height = 40;
        Look.alphabet = pick("3456789ABCDEFGHJKMNPQRSTUVWXYabcdefghjkmnpqrstuvwxy", "3456789ABCDEFGHJKMNPQRSTUVWXYabcdefghjkmnpqrstuvwxy", DIGITS, CAPITALS);
        Look.font = random.nextBoolean() ? new Font(pick("Dialog", "DialogInput", "Serif", "SansSerif", "Monospaced"), Font.BOLD, from(33, 34)) : new Font(pick(FAMILIES), Font.BOLD, from(26, 36));
        BufferedImage image = new BufferedImage(Look.width, Look.height, BufferedImage.TYPE_INT_RGB);
        String text = word(Look.alphabet, Look.length);
        new JFinal().drawGraphic(text, image);
        return new Drawn(text, jpeg(image));
    }

    private static Drawn jeecg() throws IOException {
        Look.length = random.nextInt(3) > 0 ? 4 : from(4, 6);
        Look.width = 23 * Look.length + 13;
        Look.height = from(34, 38);
        Look.lines = random.nextBoolean() ? 200 : from(50, 400);
        Look.smooth = random.nextInt(3) == 0;
        Look.font = random.nextBoolean() ? new Font("Liberation Serif", Font.BOLD, 24) : new Font(pick(FAMILIES), pick(Font.BOLD, Font.ITALIC, Font.PLAIN), from(20, 28));
        String text = word(pick(SMALL + CAPITALS + DIGITS, SMALL + CAPITALS + DIGITS, CAPITALS + DIGITS, DIGITS), Look.length);
        return new Drawn(text, jpeg(new Jeecg().createVerifyCodeImage(text)));
    }

    private static Drawn twisted() throws IOException {
        int height = from(28, 80), length = from(4, 5);
        Look.font = new Font(random.nextInt(3) > 0 ? "Dialog" : pick(FAMILIES), random.nextInt(3) > 0 ? Font.ITALIC : Font.BOLD, 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = word(pick(CAPITALS + DIGITS, CAPITALS + DIGITS, DIGITS, SMALL + DIGITS), length);
        new Twisted().outputImage(height * length * from(56, 72) / 100, height, bytes, text);
        return new Drawn(text, bytes.toByteArray());
    }

    private static Drawn jeesite() throws IOException {
        Look.width = from(70, 74);
        Look.height = from(26, 30);
        Look.families = new String[] {"Liberation Sans", "Dialog", pick(FAMILIES)};
        BufferedImage image = new BufferedImage(Look.width, Look.height, BufferedImage.TYPE_INT_RGB);
        Graphics graphics = image.getGraphics();
        Jeesite page = new Jeesite();
        page.createBackground(graphics);
        return new Drawn(page.createCharacter(graphics), jpeg(image));
    }

    private static Drawn drow() throws IOException {
        int size = random.nextBoolean() ? 18 : from(16, 32);
        Look.length = random.nextInt(3) > 0 ? 4 : from(4, 6);
        Look.step = size * 13 / 18;
        Look.base = size * 16 / 18;
        Look.width = Look.step * (Look.length + 1) + size * 15 / 18;
        Look.height = size * 26 / 18;
        Look.lines = pick(40, 40, from(5, 60));
        Look.alphabet = pick(DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", DIGITS, CAPITALS + DIGITS + SMALL);
        Look.font = new Font(random.nextBoolean() ? "Dialog" : pick(FAMILIES), Font.BOLD, size);
        Drow page = new Drow();
        String text = page.draw();
        return new Drawn(text, jpeg(page.image));
    }

    private static Drawn dashes() throws Exception {
        Look.length = from(4, 5);
        Look.height = random.nextBoolean() ? 40 : from(26, 50);
        Look.width = Look.height * (Look.length + 2) * from(50, 66) / 100;
        Look.lines = pick(150, 100, from(20, 150));
        Look.alphabet = pick("ABCDEFGHIJKLMNPQRSTUVWXYZ123456789", "ABCDEFGHIJKLMNPQRSTUVWXYZ123456789", DIGITS);
        Look.font = random.nextBoolean() ? Font.createFont(Font.TRUETYPE_FONT, new File(System.getProperty("dashes"))) : new Font(pick(FAMILIES), pick(Font.PLAIN, Font.BOLD), 1);
        Dashes page = new Dashes();
        page.createCode();
        return new Drawn(page.code, jpeg(page.buffImg));
    }

    private static Drawn cage() {
        String text = word(pick(SMALL, SMALL + DIGITS, CAPITALS + SMALL + DIGITS, CAPITALS + DIGITS, DIGITS), from(5, 8));
        Random chance = new Random();
        if (random.nextInt(3) == 0) return new Drawn(text, (random.nextBoolean() ? new Cage() : new YCage()).draw(text));
        EffectConfig effects = new EffectConfig(random.nextInt(4) > 0, random.nextBoolean(), random.nextInt(3) == 0, random.nextInt(4) > 0, new ScaleConfig(from(70, 100) / 100f, from(60, 100) / 100f));
        int height = from(40, 80);
        Painter painter = new Painter(height * text.length() * from(42, 60) / 100, height, new Color(from(200, 255), from(200, 255), from(200, 255)), null, effects, chance);
        IGenerator<Font> fonts = new ObjectRoulette<>(chance, new Font(pick(FAMILIES), Font.PLAIN, height / 2), new Font(pick(FAMILIES), Font.BOLD, height / 2));
        IGenerator<Color> inks = random.nextBoolean() ? new RgbColorGenerator(chance) : new ConstantColorGenerator(new Color(from(0, 120), from(0, 120), from(0, 120)));
        return new Drawn(text, new Cage(painter, fonts, inks, "jpeg", from(5, 9) / 10f, null, chance).draw(text));
    }
}
