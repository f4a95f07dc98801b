// What ASP.NET systems draw with, two classes that are copied from system to system: aspnet.sh SOURCES OUT FOLDER COUNT [KIND...]
// They draw from randomness of their own: every run gives other images.
using System;
using System.Drawing;
using System.Drawing.Imaging;
using System.IO;
using System.Linq;
using System.Text;

/// What the copied classes have as constants.
static class Look
{
    public static double Size;
    public static int Width, Height, Step, Lines, Dots;
    public static Color From, To;
    public static Font[] Fonts;
    public static Random Chance = new Random();

    public static Font Font
    {
        get { return Fonts[Chance.Next(Fonts.Length)]; }
    }
}

static class AspNet
{
    const string Digits = "0123456789", Mixed = "2345689abdefhkmnrxyABCDEFGHJKLMNPRSTWXY", Capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    static readonly string[] Families = { "Liberation Sans", "Liberation Serif", "DejaVu Sans", "DejaVu Serif", "Liberation Mono", "FreeSans" };

    static void Main(string[] args)
    {
        var wanted = args.Skip(2).ToArray();
        foreach (var kind in new[] { new { Name = "aspnet-validatecode", Draw = (Func<string, Bitmap>)Validate }, new { Name = "aspnet-dtcms", Draw = (Func<string, Bitmap>)Dtcms } })
            if (wanted.Length == 0 || wanted.Contains(kind.Name)) Set(args[0], kind.Name, int.Parse(args[1]), kind.Draw);
    }

    static void Set(string folder, string name, int count, Func<string, Bitmap> draw)
    {
        var set = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var labels = new StringBuilder();
        for (var number = 0; number < count; number++)
        {
            var alphabet = Pick(name == "aspnet-dtcms" ? Mixed : Digits, Digits, Mixed, Capitals + Digits);
            var text = new string(Enumerable.Range(0, Between(4, 5)).Select(_ => alphabet[Look.Chance.Next(alphabet.Length)]).ToArray());
            using (var image = draw(text)) image.Save(Path.Combine(set, number + ".png"), ImageFormat.Png);
            labels.Append(number + ".png\t" + text + "\n");
        }
        File.WriteAllText(Path.Combine(set, "labels.tsv"), labels.ToString());
    }

    static T Pick<T>(params T[] choices)
    {
        return choices[Look.Chance.Next(choices.Length)];
    }

    static int Between(int least, int most)
    {
        return Look.Chance.Next(least, most + 1);
    }

    static Color Dark()
    {
        return Color.FromArgb(Between(0, 160), Between(0, 160), Between(0, 160));
    }

    static Font[] Fonts(int size, FontStyle style, params string[] families)
    {
        return families.Select(family => new Font(family, size, style)).ToArray();
    }

    static Bitmap Validate(string text)
    {
        var usual = Between(0, 1) == 0;
        var size = usual ? 12 : Between(11, 20);
        Look.Size = usual ? 12.5 : size * 1.1;
        Look.Height = size * 22 / 12;
        Look.Lines = usual ? 25 : Between(2, 25);
        Look.Dots = Between(50, 150);
        Look.From = usual ? Color.Blue : Dark();
        Look.To = usual ? Color.DarkRed : Dark();
        Look.Fonts = Fonts(size, usual ? FontStyle.Bold | FontStyle.Italic : Pick(FontStyle.Bold, FontStyle.Italic), usual ? "Liberation Sans" : Pick(Families));
        return Gradient.Draw(text);
    }

    static Bitmap Dtcms(string text)
    {
        var size = Between(0, 1) == 0 ? 16 : Between(14, 24);
        Look.Step = size * 18 / 16;
        Look.Width = Look.Step * text.Length + 8;
        Look.Height = size * Between(22, 30) / 16;
        Look.Lines = Between(1, 4);
        Look.Dots = Pick(0, 100, Between(0, 150));
        Look.Fonts = Fonts(size, FontStyle.Regular, "Liberation Serif", "DejaVu Sans", Pick(Families));
        return Coloured.Draw(text);
    }
}
