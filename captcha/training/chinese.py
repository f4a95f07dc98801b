"""
Trains the Chinese network on lines it draws itself and writes its weights: Debian's python3-torch and python3-pil, one core.

    /usr/bin/python3 captcha/training/chinese.py MINUTES OUT [CHECKPOINT]

Fonts: fonts-noto-cjk fonts-wqy-zenhei fonts-wqy-microhei fonts-arphic-ukai fonts-arphic-uming fonts-arphic-gkai00mp
fonts-arphic-gbsn00lp fonts-droid-fallback, and fonts-lxgw-wenkai, which is never learnt from: it is the test.
"""

import math
import os
import re
import sys
import time

import numpy
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn
from torch.nn import functional

source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../network/chinese-characters.ts"), encoding="utf8").read()
characters = "".join(re.findall("^  '(.*?)'", source, re.M))
width, height, places, batch, most = 128, 40, 32, 64, 6
cell, size = 40, 32
truetype, opentype = "/usr/share/fonts/truetype/", "/usr/share/fonts/opentype/noto/"
fonts = [
    (opentype + "NotoSansCJK-Regular.ttc", 2), (opentype + "NotoSansCJK-Bold.ttc", 2), (opentype + "NotoSerifCJK-Regular.ttc", 2), (opentype + "NotoSerifCJK-Bold.ttc", 2),
    (truetype + "wqy/wqy-zenhei.ttc", 0), (truetype + "wqy/wqy-microhei.ttc", 0), (truetype + "arphic/ukai.ttc", 0), (truetype + "arphic/uming.ttc", 0),
    (truetype + "arphic-gkai00mp/gkai00mp.ttf", 0), (truetype + "arphic-gbsn00lp/gbsn00lp.ttf", 0), (truetype + "droid/DroidSansFallbackFull.ttf", 0),
]  # fmt: skip
held = [(truetype + "lxgw-wenkai/LXGWWenKai-Regular.ttf", 0)]
torch.manual_seed(1)
torch.set_num_threads(1)
random = numpy.random.default_rng(1)


def layer(inputs, outputs, size=(3, 3), padding=(1, 1)):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, padding=padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


# The same table stands in captcha/chinese-network.ts.
net = nn.Sequential(
    layer(1, 16), nn.MaxPool2d(2),
    layer(16, 32), nn.MaxPool2d(2),
    layer(32, 64), layer(64, 64), nn.MaxPool2d((2, 1)),
    layer(64, 96),
    layer(96, 160, (5, 3), (0, 1)),
    layer(160, 160, (1, 3), (0, 1)),
    nn.Conv2d(160, len(characters) + 1, 1),
).to(memory_format=torch.channels_last)  # fmt: skip


def atlas(files):
    """Every character of every font, white on black, and which of them the font has."""
    masks = numpy.zeros((len(files), len(characters), cell, cell), numpy.uint8)
    has = numpy.zeros((len(files), len(characters)), bool)
    for at, (file, index) in enumerate(files):
        font = ImageFont.truetype(file, size, index=index)
        missing = bytes(font.getmask("\ufffe"))
        for number, character in enumerate(characters):
            image = Image.new("L", (cell, cell))
            ImageDraw.Draw(image).text((cell / 2, cell / 2), character, 255, font, "mm")
            masks[at, number] = numpy.asarray(image)
            has[at, number] = masks[at, number].any() and bytes(font.getmask(character)) != missing
    return torch.from_numpy(masks), has


def clutter():
    """One layer of noise with its coverage: lines, curves, ovals, dots, letters; drawn twice as large for smooth edges."""
    image = Image.new("RGBA", (2 * width, 2 * height))
    draw = ImageDraw.Draw(image)
    colour = lambda: tuple(random.integers(0, 230, 3)) + (int(random.integers(120, 256)),)
    x, y = lambda: random.uniform(0, 2 * width), lambda: random.uniform(0, 2 * height)
    one = colour()
    pick = (lambda: one) if random.random() < 0.5 else colour
    for kind in random.choice(["lines", "curve", "wave", "ovals", "dots", "letters", "arcs"], random.integers(1, 4), p=[0.2, 0.2, 0.15, 0.2, 0.1, 0.05, 0.1]):
        thick = int(random.integers(1, 5))
        if kind == "lines":
            for _ in range(random.integers(1, 7)):
                draw.line((x(), y(), x(), y()), pick(), thick)
        elif kind == "curve":
            for _ in range(random.integers(1, 3)):
                points = numpy.array([[random.uniform(0, 40), y()], [x(), y()], [x(), y()], [2 * width - random.uniform(0, 40), y()]])
                share = numpy.linspace(0, 1, 40)[:, None]
                curve = (1 - share) ** 3 * points[0] + 3 * (1 - share) ** 2 * share * points[1] + 3 * (1 - share) * share**2 * points[2] + share**3 * points[3]
                draw.line([tuple(point) for point in curve], pick(), thick)
        elif kind == "wave":
            amplitude, period, phase, middle = random.uniform(3, height), random.uniform(height, 4 * width), random.uniform(0, 6), random.uniform(0.5, 1.5) * height
            across = numpy.arange(0, 2 * width, 4)
            draw.line([(a, middle + amplitude * math.sin(a * 6.28 / period + phase)) for a in across], pick(), int(random.integers(2, 10)))
        elif kind in ("ovals", "arcs"):
            for _ in range(random.integers(1, 6)):
                left, top, across, down = x() - 10, y() - 10, random.uniform(6, 40), random.uniform(6, 40)
                box = (left, top, left + across, top + down)
                draw.ellipse(box, outline=pick(), width=min(thick, 3)) if kind == "ovals" else draw.arc(box, random.uniform(0, 180), random.uniform(180, 360), pick(), thick)
        elif kind == "dots":
            for _ in range(random.integers(10, 150)):
                left, top = x(), y()
                draw.rectangle((left, top, left + thick, top + thick), pick())
        else:
            for _ in range(random.integers(5, 40)):
                draw.text((x(), y()), chr(random.integers(97, 123)), pick())
    return numpy.asarray(image.resize((width, height), Image.BOX if random.random() < 0.8 else Image.NEAREST))


def batch_of(masks, has, layers, hardness, count=batch):
    """Inputs (captcha/chinese-network.ts), the two labels that every place may have (nothing, the character whose rim it is, or that twice), and the texts."""
    real = lambda low, high, *shape: torch.from_numpy(random.uniform(low, high, (count, *shape)).astype(numpy.float32))
    amount = random.choice([2, 3, 4, 5, 6], count, p=[0.05, 0.1, 0.65, 0.1, 0.1])
    font = random.integers(0, len(masks), count)
    text = numpy.stack([random.choice(numpy.flatnonzero(has[f]), most) for f in font])
    glyphs = masks[torch.from_numpy(font)[:, None], torch.from_numpy(text)].float().view(count * most, 1, cell, cell) / 255
    # Places: equal cells or side by side, across most of the image.
    pitch = numpy.minimum(width * random.uniform(0.75, 1.02, count) / amount, random.uniform(24, 44, count))
    left = (width - pitch * amount) * random.uniform(0.1, 0.9, count)
    centre = left[:, None] + pitch[:, None] * (numpy.arange(most) + 0.5) + random.uniform(-2, 2, (count, most)) * hardness
    wide = numpy.minimum(pitch * random.uniform(0.75, 1.08, count), 34)
    tall = numpy.clip(wide * random.uniform(0.7, 1.25, count), 14, 36)
    down = height / 2 + random.uniform(-4, 4, (count, 1)) + random.uniform(-4, 4, (count, most)) * hardness
    angle = random.uniform(-0.6, 0.6, (count, most)) * random.choice([0, 0, 0.3, 1], (count, 1)) * hardness
    shear = random.uniform(-0.3, 0.3, (count, most)) * random.choice([0, 0, 1], (count, 1)) * hardness
    # From canvas pixels to the mask's -1..1.
    sx, sy = 2 * size / cell / wide[:, None], 2 * size / cell / tall[:, None]
    cos, sin = numpy.cos(angle), numpy.sin(angle)
    matrix = numpy.stack([cos * sx - shear * sin * sx, sin * sx + shear * cos * sx, -sin * sy, cos * sy], -1)
    offsets = numpy.stack([numpy.broadcast_to(centre, (count, most)), numpy.broadcast_to(down, (count, most))], -1)
    matrix, offsets = (torch.from_numpy(part.astype(numpy.float32)).view(count * most, 1, 1, -1) for part in (matrix, offsets))
    ys, xs = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    dx, dy = xs - offsets[..., 0], ys - offsets[..., 1]
    grid = torch.stack([matrix[..., 0] * dx + matrix[..., 1] * dy, matrix[..., 2] * dx + matrix[..., 3] * dy], -1)
    cover = functional.grid_sample(glyphs, grid, align_corners=False).view(count, most, height, width)
    cover = cover * (torch.arange(most) < torch.from_numpy(amount)[:, None]).float()[..., None, None]
    cover = (cover * real(0.9, 1.6, 1, 1, 1)).clamp(0, 1) * torch.where(real(0, 1, 1, 1, 1) < 0.2, real(0.55, 1, 1, 1, 1), torch.ones(1))
    # Paint.
    paper = 255 * torch.where(real(0, 1, 1) < 0.5, torch.ones(1), real(0.78, 1, 3))
    colours = torch.where(real(0, 1, 1, 1) < 0.5, real(0, 190, 1, 3).expand(count, most, 3), real(0, 200, most, 3))
    colours = torch.where(real(0, 1, 1, 1) < 0.3, colours * 0.3, colours)
    canvas = paper[:, :, None, None].expand(count, 3, height, width)
    own = real(0, 1, 1, 1, 1) < 0.3

    def noised(canvas, share):
        chosen = torch.from_numpy(layers[random.integers(0, len(layers), count)]).permute(0, 3, 1, 2).float()
        chosen = torch.where(real(0, 1, 1, 1, 1) < 0.5, chosen.flip(3), chosen)
        alpha = chosen[:, 3:] / 255 * (real(0, 1, 1, 1, 1) < share).float()
        return canvas * (1 - alpha) + torch.where(own, colours[:, 0, :, None, None], chosen[:, :3]) * alpha

    canvas = noised(canvas, 0.75 * min(1, 0.3 + hardness))
    for slot in range(most):
        alpha = cover[:, slot, None]
        canvas = canvas * (1 - alpha) + colours[:, slot, :, None, None] * alpha
    canvas = noised(canvas, 0.4 * hardness)
    if random.random() < 0.4:
        wave = torch.from_numpy(random.uniform(0, 1, (5, count, 1, 1)).astype(numpy.float32))
        bend = 2 * hardness * wave[0] * torch.sin(xs / (8 + 30 * wave[1]) + 6 * wave[2])
        slide = 1.5 * hardness * wave[3] * torch.sin(ys / (4 + 10 * wave[4]))
        grid = torch.stack([(xs + slide) / width * 2 - 1, (ys + bend) / height * 2 - 1], -1)
        canvas = functional.grid_sample(canvas, grid, align_corners=False, padding_mode="border")
    if random.random() < 0.25:
        scale = random.uniform(0.6, 1)
        canvas = functional.interpolate(functional.interpolate(canvas, scale_factor=scale, mode="bilinear", align_corners=False), (height, width), mode="bilinear", align_corners=False)
    canvas = canvas + torch.randn(canvas.shape) * real(0, 8, 1, 1, 1) * (real(0, 1, 1, 1, 1) < 0.3).float()
    # As captcha/ink/ink.ts cleans: how far from the paper, in full contrast.
    far = (canvas - paper[:, :, None, None]).abs().amax(1)
    inked = torch.where(far > 24, far, torch.full_like(far, float("nan")))
    full = torch.nanquantile(inked.view(count, -1), 0.9, 1).nan_to_num(255)
    inputs = (far / full[:, None, None]).clamp(0, 1)[:, None] * 2
    labels = torch.zeros(count, places, 2, dtype=torch.long)
    at = (numpy.arange(places) + 0.5) * width / places
    for image in range(count):
        for slot in range(amount[image]):
            labels[image, numpy.abs(at - centre[image, slot]) < 0.5 * wide[image], 1] = int(text[image, slot]) + 1
        for slot in range(1, amount[image]):
            labels[image, numpy.abs(at - (centre[image, slot - 1] + centre[image, slot]) / 2).argmin()] = 0
        for slot in range(amount[image]):
            away = numpy.abs(at - centre[image, slot])
            labels[image, away <= max(0.2 * wide[image], away.min())] = int(text[image, slot]) + 1
    return inputs, labels, ["".join(characters[number] for number in text[image, : amount[image]]) for image in range(count)]


def outputs(inputs):
    with torch.cpu.amp.autocast(enabled=True):
        return net(inputs.contiguous(memory_format=torch.channels_last)).float().squeeze(2)


def greedy(scores):
    for row in scores.argmax(1).tolist():
        yield "".join(characters[now - 1] for before, now in zip([0] + row, row) if now not in (0, before))


def evaluate(batches):
    net.eval()
    with torch.no_grad():
        pairs = [pair for inputs, _, texts in batches for pair in zip(greedy(outputs(inputs)), texts)]
    net.train()
    return sum(read == text for read, text in pairs) / len(pairs)


def save(out):
    """Weights with the normalisation folded in: per layer int8 by output, its scales, its biases, as captcha/training/network.py writes them."""
    blocks = []
    for part in net:
        if isinstance(part, nn.MaxPool2d):
            continue
        convolution, norm = (part, None) if isinstance(part, nn.Conv2d) else (part[0], part[1])
        weight = convolution.weight.detach()
        if norm is None:
            bias = convolution.bias.detach()
        else:
            factor = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
            weight, bias = weight * factor[:, None, None, None], norm.bias.detach() - norm.running_mean * factor
        scale = weight.abs().amax((1, 2, 3)) / 127
        whole = torch.round(weight / scale[:, None, None, None]).to(torch.int8)
        blocks += [scale.float().numpy().tobytes(), bias.float().numpy().tobytes(), whole.permute(2, 3, 1, 0).contiguous().numpy().tobytes()]
    with open(out, "wb") as file:
        file.write(b"".join(blocks))


def main(minutes, out, checkpoint="chinese.pt"):
    masks, has = atlas(fonts)
    unseen = atlas(held)
    layers = numpy.stack([clutter() for _ in range(3000)])
    tests = [batch_of(*unseen, layers, 0.5) for _ in range(4)], [batch_of(masks, has, layers, 0.5) for _ in range(4)]
    began, step, losses, known = time.time(), 0, [], os.path.exists(checkpoint)
    # Drawings get harder at first; what has been trained goes on with all of them, more gently.
    rate = 1.2e-3 if known else 3e-3
    learner = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-4)
    if known:
        net.load_state_dict(torch.load(checkpoint))
    while (share := (time.time() - began) / (60 * minutes)) < 1:
        for group in learner.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * (0.5 * (1 + math.cos(math.pi * share)) + 0.01)
        inputs, labels, _ = batch_of(masks, has, layers, 1 if known else min(1, 3 * share))
        shares = outputs(inputs).log_softmax(1).gather(1, labels.permute(0, 2, 1))
        # Where both labels are one it counts once.
        loss = -torch.where(labels[..., 0] == labels[..., 1], shares[:, 0], shares.logsumexp(1)).mean()
        learner.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        learner.step()
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            unseen_right, right = (evaluate(test) for test in tests)
            print(f"{(time.time() - began) / 60:.1f} min, {step * batch} lines, loss {numpy.mean(losses[-100:]):.3f}, exactly right: known fonts {right:.3f}, unseen font {unseen_right:.3f}", flush=True)
            torch.save(net.state_dict(), checkpoint)
            save(out)
    torch.save(net.state_dict(), checkpoint)
    save(out)


if __name__ == "__main__":
    main(float(sys.argv[1]), *sys.argv[2:])
