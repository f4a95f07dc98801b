"""
What Python web pages draw, three functions that are copied from site to site (Debian: python3-pil, fonts-dejavu, fonts-liberation,
fonts-freefont-ttf): python3 pages.py SOURCES FOLDER COUNT SEED [KIND...], where SOURCES is what sources.sh fetched
"""

import os
import random
import re
import runpy
import sys

from PIL import ImageFont

sources, folder, count, seed = sys.argv[1:5]
wanted = sys.argv[5:]
random.seed(int(seed))

DIGITS, SMALL, CAPITALS = "0123456789", "abcdefghjkmnpqrstuvwxy", "ABCDEFGHJKLMNPQRSTUVWXY"
FONTS = [f"/usr/share/fonts/truetype/{name}.ttf" for name in (
    "dejavu/DejaVuSans", "dejavu/DejaVuSans-Bold", "dejavu/DejaVuSerif", "dejavu/DejaVuSansMono", "liberation/LiberationSans-Regular",
    "liberation/LiberationSans-Bold", "liberation/LiberationSerif-Regular", "liberation/LiberationMono-Bold", "freefont/FreeSans", "freefont/FreeMonoBold")]


def colour(least, most):
    return tuple(random.randint(least, most) for _ in range(3))


def write(name, draw):
    if wanted and name not in wanted:
        return
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    with open(f"{folder}/{name}/labels.tsv", "w") as labels:
        for number in range(int(count)):
            image, text = draw()
            image.save(f"{folder}/{name}/{number}.png")
            labels.write(f"{number}.png\t{text.replace(' ', '')}\n")


create_validate_code = runpy.run_path(f"{sources}/crm/utils/check_code.py")["create_validate_code"]


def check_code():
    usual = random.random() < 0.4
    size = 18 if usual else random.randint(16, 26)
    length = 4 if usual else random.randint(4, 6)
    font = f"{sources}/crm/static/fonts/Monaco.ttf" if random.random() < 0.5 else random.choice(FONTS)
    if usual:
        return create_validate_code(font_type=font)
    # The image is tilted away to the right: what stands too far there falls off.
    width = ImageFont.truetype(font, size).getlength(" 0" * length) * random.uniform(1.55, 1.9)
    return create_validate_code(
        size=(int(width), int(size * random.uniform(1.5, 1.9))), length=length, font_type=font, font_size=size,
        chars=random.choice([SMALL + CAPITALS + DIGITS[3:], SMALL + CAPITALS + DIGITS[3:], DIGITS, CAPITALS + DIGITS]), point_chance=random.randint(0, 5), n_line=(1, random.randint(1, 4)),
        fg_color=colour(0, 180), bg_color=random.choice([(255, 255, 255), colour(220, 255)]))


rd_check_code = runpy.run_path(f"{sources}/cmsblog/utils/random_check_code.py")["rd_check_code"]


def random_check_code():
    usual = random.random() < 0.5
    size = 28 if usual else random.randint(22, 36)
    length = 5 if usual else random.randint(4, 6)
    font = f"{sources}/cmsblog/{random.choice(['kumo', 'kumo', 'Monaco'])}.ttf" if random.random() < 0.7 else random.choice(FONTS)
    return rd_check_code(120 if usual else int(size * length * random.uniform(0.84, 1)), 30 if usual else int(size * 1.2), length, font, size)


with open(f"{sources}/DjangoNote/verifycode.py", encoding="utf-8") as source:
    function = source.read().replace("'corbel.ttf', 18", "FONT, SIZE").replace("(120, 30)", "(WIDTH, HEIGHT)").replace("range(120)", "range(WIDTH)").replace("range(30)", "range(HEIGHT)")
    function = re.sub(r"range\(0, 4\)", "range(LENGTH)", function).replace("(30 * i + 5, 5)", "(WIDTH // LENGTH * i + 5, TOP)")
    # What it would send is kept instead; most copies blur it, which this one has commented out.
    function = re.sub(r"( *)request\.session.*", r"\1return image, rand_str", function).replace("# image = image.filter", "if BLUR: image = image.filter")
grain = {}
exec(function, grain)


def verifycode():
    usual = random.random() < 0.3
    size = 18 if usual else random.randint(18, 40)
    blur = size >= 28 and random.random() < 0.7
    length = 4 if usual else random.randint(4, 5)
    height = 30 if usual else int(size * random.uniform(1.4, 1.8))
    grain.update(FONT=random.choice(FONTS), SIZE=size, LENGTH=length, HEIGHT=height, TOP=(height - size) // 3, WIDTH=120 if usual else int(length * size * random.uniform(1, 1.6)), BLUR=blur)
    return grain["verifycodefile"](None)


write("python-check-code", check_code)
write("python-random-check-code", random_check_code)
write("python-verifycode", verifycode)
