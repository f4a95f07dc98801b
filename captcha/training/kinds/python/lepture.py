"""Python's captcha package (its sources in SOURCES; Debian: python3-pil): python3 lepture.py SOURCES FOLDER COUNT [SEED]"""

import os
import random
import sys

sources, folder, count = sys.argv[1:4]
sys.path.insert(0, sources)
from captcha.image import ImageCaptcha  # noqa: E402

random.seed(int(sys.argv[4]) if len(sys.argv) > 4 else 7)
for name, alphabet, length in [("lepture-digits", "0123456789", 4), ("lepture-letters", "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 4)]:
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    with open(f"{folder}/{name}/labels.tsv", "w") as labels:
        for number in range(int(count)):
            text = "".join(random.choice(alphabet) for _ in range(length))
            ImageCaptcha().write(text, f"{folder}/{name}/{number}.png")
            labels.write(f"{number}.png\t{text}\n")
