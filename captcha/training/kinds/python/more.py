"""
More captchas in Python: /usr/bin/python3 more.py FOLDER COUNT SEED NAME=PLACE...

django: Debian's python3-django-captcha (PLACE is not used); fancy: captcha.py of MediaWiki's ConfirmEdit; lepture: the sources of
Python's captcha; ejabberd: its captcha.sh (imagemagick); simple2: drawn by imagemagick with the settings
of simple_captcha2 (PLACE is not used). What is not named is left out.
"""

import glob
import importlib.util
import os
import random
import subprocess
import sys

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
places = dict(pair.split("=", 1) for pair in sys.argv[4:])
random.seed(seed)
capitals, small, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
print_fonts = sorted(path for place in ("dejavu", "liberation", "freefont", "ttf-bitstream-vera") for path in glob.glob(f"/usr/share/fonts/truetype/{place}/*.ttf") if "Symbol" not in path)


def word(alphabet, least, most=None):
    return "".join(random.choice(alphabet) for _ in range(random.randint(least, most or least)))


def drawn(name, draw, number=count, extension="png"):
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    with open(f"{folder}/{name}/labels.tsv", "w") as labels:
        for index in range(number):
            file = f"{index}.{extension}"
            labels.write(f"{file}\t{draw(f'{folder}/{name}/{file}')}\n")


def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def django():
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "captcha"], USE_TZ=True, DATABASES={})
    import django as package

    package.setup()
    from captcha import views
    from captcha.conf import settings as own

    class Store:
        DoesNotExist = KeyError
        objects = None
        challenge = ""

        def get(self, hashkey):
            return self

    views.CaptchaStore = Store
    Store.objects = Store()

    def draw(text):
        def write(path):
            Store.challenge = text()
            before = random.getstate()
            answer = views.captcha_image(None, str(random.random()))
            random.setstate(before)
            random.random()
            with open(path, "wb") as file:
                file.write(answer.content)
            return Store.challenge.replace(" ", "")

        return write

    def sum_text():
        left, right, operator = random.randint(1, 10), random.randint(1, 10), random.choice("+*-")
        return f"{max(left, right)}{operator}{min(left, right)}=" if operator == "-" else f"{left}{operator}{right}="

    def varied():
        own.CAPTCHA_FONT_SIZE = random.randint(18, 40)
        own.CAPTCHA_LETTER_ROTATION = random.choice([None, (-35, 35), (-15, 15), (-20, 20)])
        own.CAPTCHA_FOREGROUND_COLOR = "#%02x%02x%02x" % tuple(random.randint(0, 110) for _ in range(3))
        own.CAPTCHA_BACKGROUND_COLOR = random.choice(["#ffffff", "#ffffff", "#%02x%02x%02x" % tuple(random.randint(200, 255) for _ in range(3))])
        own.CAPTCHA_FONT_PATH = random.choice([vera, vera, random.choice(print_fonts)])
        own.CAPTCHA_IMAGE_SIZE = random.choice([None, None, (120, 40), (100, 40), (150, 50)])
        own.CAPTCHA_NOISE_FUNCTIONS = random.choice(
            [("captcha.helpers.noise_arcs", "captcha.helpers.noise_dots"), ("captcha.helpers.noise_dots",), ("captcha.helpers.noise_arcs",), ("captcha.helpers.noise_null",)]
        )
        return word(random.choice([capitals, capitals, digits, capitals + digits, small]), 4, 6)

    vera = own.CAPTCHA_FONT_PATH
    drawn("django-simple-captcha", draw(lambda: word(capitals, 4)))
    drawn("django-simple-captcha-sums", draw(sum_text))
    drawn("django-simple-captcha-settings", draw(varied))


def fancy(path):
    drawer = module("fancy", path)
    words = [line.strip() for line in open("/usr/share/dict/words")] if os.path.exists("/usr/share/dict/words") else []
    words = [one for one in words if len(one) in (4, 5) and one.isascii() and one.islower() and one.isalpha()]

    def write(fonts, random_share):
        def one(file):
            text = word(small, 5, 8) if not words or random.random() < random_share else random.choice(words) + random.choice(words)
            drawer.gen_captcha(text, random.choice(fonts), 40, file)
            return text

        return one

    drawn("fancycaptcha", write(["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"], 0.3))
    drawn("fancycaptcha-fonts", write(print_fonts, 0.5))


def lepture(sources):
    sys.path.insert(0, sources)
    sys.modules.pop("captcha", None)
    from captcha.image import ImageCaptcha

    def write(file):
        text = word(random.choice([digits, capitals, small + digits, capitals + small + digits, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", small]), 4, 6)
        settings = {}
        if random.random() < 0.6:
            settings = {"width": random.choice([160, 160, 120, 200, 240]), "height": random.choice([60, 60, 40, 80])}
        if random.random() < 0.5:
            settings["fonts"] = random.sample(print_fonts, 2)
        ImageCaptcha(**settings).write(text, file)
        return text

    drawn("lepture-settings", write)
    drawn("lepture-mixed", lambda file: (lambda text: ImageCaptcha().write(text, file) or text)(word(capitals + small + digits, 4)))


def ejabberd(script):
    def write(file):
        text = word(digits, 6)
        with open(file, "wb") as out:
            subprocess.run(["bash", script, text], stdout=out, check=True)
        return text

    drawn("ejabberd", write, count // 2)


def simple2():
    styles = ["-fill darkblue -shade 20x60", "-fill darkred", "-fill darkgreen", "-fill darkblue", "-fill darkblue -edge 10", "-fill darkblue -edge 2", "-fill darkblue -charcoal 5", "-fill red -solarize 50"]

    def write(chosen, strengths):
        def one(file):
            text = word(random.choice([capitals, capitals, capitals, digits]), 5)
            strength = random.choice(strengths)
            wave = [(random.randint(0, 1), random.randint(80, 99)), (random.randint(2, 3), random.randint(50, 69)), (random.randint(4, 5), random.randint(30, 49))][strength]
            implode = random.choice([0, 0.1, 0.2, 0.2, 0.2, 0.3])
            style = random.choice(chosen).split() + (["-background", "white"])
            command = ["convert", *style, "-size", "100x28", "-wave", "%dx%d" % wave, "-gravity", "Center", "-pointsize", "22", "-implode", str(implode), f"label:{text}", "jpeg:-"]
            with open(file, "wb") as out:
                subprocess.run(command, stdout=out, check=True)
            return text

        return one

    drawn("simple-captcha2", write(styles[3:4], [0]), count // 3, "jpg")
    drawn("simple-captcha2-styles", write(styles, [0, 1, 2]), count, "jpg")


for name, draw in (("django", django), ("fancy", fancy), ("lepture", lepture), ("ejabberd", ejabberd), ("simple2", simple2)):
    if name in places:
        draw(*([] if name in ("django", "simple2") else [places[name]]))
