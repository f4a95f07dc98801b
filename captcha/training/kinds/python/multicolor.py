"""
J-Rios's multicolorcaptcha, whose fonts come with its sources (Debian: python3-pil): python3 multicolor.py SOURCES FOLDER COUNT [SEED]

Its sums only: across each letter of its texts it draws two lines of the letter's own colour, and the eye cannot read them.
"""

import os
import random
import sys

sources, folder, count = sys.argv[1:4]
sys.path.insert(0, sources)
from multicolorcaptcha import CaptchaGenerator  # noqa: E402

random.seed(int(sys.argv[4]) if len(sys.argv) > 4 else 7)
name = "multicolorcaptcha-sums"
os.makedirs(f"{folder}/{name}", exist_ok=True)
generator = CaptchaGenerator(0)
with open(f"{folder}/{name}/labels.tsv", "w") as labels:
    for number in range(int(count)):
        made = generator.gen_math_captcha_image(random.randint(0, 2), random.random() < 0.5, True, random.random() < 0.5)
        made.image.convert("RGB").save(f"{folder}/{name}/{number}.png")
        labels.write(f"{number}.png\t{made.equation_str}\n")
