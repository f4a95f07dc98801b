"""
Trains the general network on shards (shards.ts) and writes its weights: Debian's python3-torch, a process for each core it may use.

    /usr/bin/python3 captcha/training/network.py SHARDS MINUTES OUT [CHECKPOINT [RATE]]

Shards may still be written while it learns: it draws from those that are there. CHECKPOINT is read if it exists and
written every few minutes. One shard is never learnt from: what is read of it is printed. Shards from number 100 on are real
generators' (pack.ts). RATE is the learning rate at the start, 0.002; less where a trained network learns on. What is written to OUT
is the mean of the latest weights: it errs less than any of them.
"""

import glob
import math
import os
import shutil
import sys
import tempfile
import time

import numpy
import torch
import torch.distributed
from torch import nn

letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-*/=?×÷"
width, height, batch = 128, 32, 64
# The share of a batch that real generators draw, where there are any.
real = 0.62
# A process for each core, each with batches of its own; what they learn from them is put together at every step.
cores, rank = sorted(os.sched_getaffinity(0)), 0
meeting = tempfile.mkdtemp()
while rank + 1 < len(cores) and os.fork() == 0:
    rank += 1
os.sched_setaffinity(0, [cores[rank]])
torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}/meeting", rank=rank, world_size=len(cores))
torch.manual_seed(1)
torch.set_num_threads(1)
random = numpy.random.default_rng(1 + rank)


def layer(inputs, outputs, size=(3, 3), padding=(1, 1), apart=1):
    convolution = nn.Conv2d(inputs, outputs, size, padding=padding, dilation=(1, apart), bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


# Five halvings of the height, two of the width: 32 places along the line. The same table stands in captcha/network/network.ts.
net = nn.Sequential(
    layer(3, 16), nn.MaxPool2d(2),
    layer(16, 32), layer(32, 32), nn.MaxPool2d(2),
    layer(32, 64), layer(64, 96), layer(96, 96), nn.MaxPool2d((2, 1)),
    layer(96, 144), layer(144, 144), nn.MaxPool2d((2, 1)),
    layer(144, 144),
    layer(144, 192, (2, 3), (0, 1)),
    layer(192, 192, (1, 5), (0, 2)),
    layer(192, 192, (1, 3), (0, 8), 8),
    layer(192, 192, (1, 3), (0, 4), 4),
    layer(192, 192, (1, 5), (0, 2)),
    nn.Conv2d(192, len(letters) + 1, 1),
).to(memory_format=torch.channels_last)  # fmt: skip


def load(folder, held):
    """Inputs and labels of a shard, read as they are needed."""
    texts = open(f"{folder}/{held}.txt").read().split("\n")[:-1]
    planes = numpy.memmap(f"{folder}/{held}.planes", dtype=numpy.uint8, mode="r").reshape(-1, height, width, 3)
    return planes, texts


def tensor(planes):
    return (torch.from_numpy(planes).permute(0, 3, 1, 2).float() - 128) / 64


def varied(planes, rough):
    """Colours exchanged, shifted and stretched a little, some (more where `rough` is more) bent as if of rubber or roughened: one drawing serves more than once."""
    planes = planes[..., random.permutation(3)]
    affine = numpy.empty((len(planes), 2, 3), numpy.float32)
    for row, (scale, slant, shift) in enumerate([((0.9, 1.1), 0.05, 0.05), ((0.85, 1.15), 0.02, 0.08)]):
        affine[:, row, row] = random.uniform(*scale, len(planes))
        affine[:, row, 1 - row] = random.uniform(-slant, slant, len(planes))
        affine[:, row, 2] = random.uniform(-shift, shift, len(planes))
    framed(affine, planes)
    grid = nn.functional.affine_grid(torch.from_numpy(affine), (len(planes), 3, height, width), align_corners=False) + rubber(len(planes), rough)
    images = nn.functional.grid_sample(tensor(numpy.ascontiguousarray(planes)), grid, align_corners=False, padding_mode="border")
    return roughened(images, rough)


def framed(affine, planes):
    """Of some, what is inked is drawn as large as others' paper lets it: a stranger's margins are not those that were learnt."""
    ink = planes.mean(3) < 90
    for row, (axis, most) in enumerate([(1, 0.15), (2, 0.18)]):
        seen = ink.any(axis)
        first, last = seen.argmax(1), seen.shape[1] - seen[:, ::-1].argmax(1)
        chosen = seen.any(1) & (random.random(len(planes)) < 0.25)
        size, middle = (last - first) / seen.shape[1], (last + first) / seen.shape[1] - 1
        margin = random.uniform(0.01, most, len(planes))
        affine[chosen, row, row] = (size / (1 - 2 * margin))[chosen]
        affine[chosen, row, 2] = middle[chosen]


def uniform(count, low, high):
    return torch.from_numpy(random.uniform(low, high, (count, 1, 1, 1)).astype(numpy.float32))


def rubber(count, rough):
    """How far each place is moved: smoothly, a third of the images at most, up to a letter's stroke across and a tenth of the height."""
    strength = uniform(count, 0, 1) * torch.from_numpy((random.random((count, 1, 1, 1)) < 0.35 * rough).astype(numpy.float32))
    points = torch.from_numpy(random.standard_normal((count, 2, 4, 10)).astype(numpy.float32)) * torch.tensor([0.02, 0.1]).view(1, 2, 1, 1) * strength
    return nn.functional.interpolate(points, (height, width), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)


def curves(count):
    """Lines from side to side, a mask each, thin to as thick as letters' strokes."""
    x = numpy.linspace(0, 1, width)[None, None, :]
    middle, tilt, swing, period, phase = [random.uniform(low, high, (count, 1, 1)) for low, high in ((4, 28), (-20, 20), (0, 9), (0.4, 2), (0, 6.3))]
    at = middle + tilt * (x - 0.5) + swing * numpy.sin(6.28 * x / period + phase)
    slope = numpy.sqrt(1 + numpy.gradient(at, axis=2) ** 2)
    begins, ends = random.uniform(0.2, 1.2, (count, 1, 1)), random.uniform(0.2, 1.8, (count, 1, 1))
    thick = (begins + (ends - begins) * x) * slope
    mask = numpy.clip(thick + 0.5 - numpy.abs(numpy.arange(height)[None, :, None] - at), 0, 1) * numpy.minimum(1, 2 * thick)
    return torch.from_numpy(mask.astype(numpy.float32))[:, None]


def crossed(images):
    """A line over them, more often in the ink's own colour than in another."""
    ink = (images.mean(1, keepdim=True) < -0.8).float()
    own = (images * ink).sum((2, 3), keepdim=True) / ink.sum((2, 3), keepdim=True).clamp(min=1)
    other = torch.from_numpy(random.uniform(-1.98, 0, (len(images), 3, 1, 1)).astype(numpy.float32))
    colour = torch.where(uniform(len(images), 0, 1) < 0.6, own, other)
    return torch.lerp(images, colour.expand_as(images), curves(len(images)))


def bolder(images):
    return -nn.functional.max_pool2d(-nn.functional.pad(images, (0, 1, 0, 1), mode="replicate"), 2, 1)


def blurred(images):
    return nn.functional.avg_pool2d(nn.functional.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)


def greyer(images):
    return torch.lerp(images, images.mean(1, keepdim=True).expand_as(images), uniform(len(images), 0.3, 1))


def fainter(images):
    return images * uniform(len(images), 0.55, 1.1)


def grainy(images):
    noise = torch.randn(images.shape)
    return images + torch.where(uniform(len(images), 0, 1) < 0.5, noise[:, :1].expand_as(noise), noise) * uniform(len(images), 0.05, 0.6)


def roughened(images, rough):
    for share, change in ((0.1, crossed), (0.08, bolder), (0.08, blurred), (0.1, greyer), (0.1, fainter), (0.12, grainy)):
        chosen = torch.from_numpy(numpy.flatnonzero(random.random(len(images)) < share * rough))
        if len(chosen):
            images[chosen] = change(images[chosen])
    return images.clamp(-2, 1.99)


def outputs(images):
    with torch.cpu.amp.autocast(enabled=True):
        return net(images.contiguous(memory_format=torch.channels_last)).float().squeeze(2).permute(2, 0, 1).log_softmax(2)


def greedy(scores):
    for row in scores.argmax(2).T.tolist():
        yield "".join(letters[now - 1] for before, now in zip([0] + row, row) if now not in (0, before))


def evaluate(planes, texts, count=500):
    net.eval()
    with torch.no_grad():
        read = [text for start in range(0, count, 100) for text in greedy(outputs(tensor(planes[start : start + 100])))]
    net.train()
    return sum(a == b for a, b in zip(read, texts)) / count


def save(out):
    """Weights with the normalisation folded in: per layer int8 by output, its scales, its biases (captcha/network/network.ts reads them)."""
    blocks = []
    convolutions = [part if isinstance(part, nn.Conv2d) else part[0] for part in net if not isinstance(part, nn.MaxPool2d)]
    norms = [part[1] if isinstance(part, nn.Sequential) else None for part in net if not isinstance(part, nn.MaxPool2d)]
    for convolution, norm in zip(convolutions, norms):
        weight = convolution.weight.detach()
        if norm is None:
            bias = convolution.bias.detach()
        else:
            factor = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
            weight, bias = weight * factor[:, None, None, None], norm.bias.detach() - norm.running_mean * factor
        scale = weight.abs().amax((1, 2, 3)) / 127
        whole = torch.round(weight / scale[:, None, None, None]).to(torch.int8)
        # Row, column, input, output: the order in which they are used.
        blocks += [scale.float().numpy().tobytes(), bias.float().numpy().tobytes(), whole.permute(2, 3, 1, 0).contiguous().numpy().tobytes()]
    with open(out, "wb") as file:
        file.write(b"".join(blocks))


def chances(numbers, losses):
    """How likely each shard is drawn from: own drawings and real generators in fixed shares, within each those more that are read worse."""
    theirs = numpy.array([number >= 100 for number in numbers])
    share = real if 0 < theirs.sum() < len(theirs) else theirs.mean()
    weights = numpy.array([0.15 + min(0.5, losses.get(number, 0.5)) for number in numbers])
    return weights * numpy.where(theirs, share / max(1e-9, weights[theirs].sum()), (1 - share) / max(1e-9, weights[~theirs].sum()))


def averaged(average, now):
    """The mean moves a little towards the weights as they are now."""
    for name, value in now.items():
        if average.setdefault(name, value.clone()).is_floating_point():
            average[name].lerp_(value, 0.03)


def together(share):
    """Every process's gradients, and how far along each says they are, become their mean."""
    parameters = list(net.parameters())
    mean = torch.cat([parameter.grad.reshape(-1) for parameter in parameters] + [torch.tensor([share])])
    torch.distributed.all_reduce(mean)
    mean /= len(cores)
    for parameter, part in zip(parameters, mean[:-1].split([parameter.numel() for parameter in parameters])):
        parameter.grad.copy_(part.view(parameter.shape))
    return mean[-1].item()


def finish(average, checkpoint, out):
    """Writes the checkpoint to learn on from, and the mean as the model."""
    torch.save(net.state_dict(), checkpoint)
    net.load_state_dict(average or net.state_dict())
    save(out)


def main(folder, minutes, out, checkpoint="network.pt", rate="2e-3"):
    began, step, seen, average = time.time(), 0, 0, {}
    learner = torch.optim.AdamW(net.parameters(), lr=float(rate), weight_decay=1e-4)
    if rank == 0 and os.path.exists(checkpoint):
        net.load_state_dict(torch.load(checkpoint))
    for value in net.state_dict().values():
        torch.distributed.broadcast(value, 0)
    # Each draws and varies its own.
    torch.manual_seed(1 + rank)
    shards, known, held, looked, losses = {}, {}, None, 0, []
    share = 0
    while share < 1:
        if time.time() - looked > 30 or not shards:
            looked = time.time()
            found = [int(os.path.basename(path)[:-7]) for path in glob.glob(f"{folder}/*.planes")]
            for shard in sorted(found):
                if held is None and shard >= 5:
                    held = load(folder, shard)
                    shards.pop(shard, None)
                    kept = shard
                elif shard not in shards and not (held and shard == kept):
                    shards[shard] = load(folder, shard)
            if not shards:
                time.sleep(2)
                continue
        for group in learner.param_groups:
            group["lr"] = float(rate) * min(1, (step + 1) / 100) * (0.5 * (1 + math.cos(math.pi * share)) + 0.01)
        # A batch from many shards: normalised over images of one kind alone, the net would read that kind only among its like.
        picked = random.choice(list(shards), batch // 2, p=chances(list(shards), known))
        parts, labels = [], []
        for planes, texts in (shards[shard] for shard in picked):
            chosen = random.choice(len(texts), 2, replace=False)
            parts.append(planes[chosen])
            labels += [texts[index] for index in chosen]
        planes = numpy.concatenate(parts)
        # What is to be read is rough less often: after the first third what is learnt is nearer to it.
        scores = outputs(varied(planes, 1 if share < 0.35 else 0.5))
        targets = torch.tensor([letters.index(character) + 1 for label in labels for character in label])
        lengths = torch.tensor([len(label) for label in labels])
        each = nn.functional.ctc_loss(scores, targets, torch.full((batch,), scores.shape[0]), lengths, reduction="none", zero_infinity=True) / lengths
        loss = each.mean()
        for shard, value in zip(picked, each.detach().reshape(-1, 2).mean(1).tolist()):
            known[shard] = 0.95 * known.get(shard, 0.5) + 0.05 * value
        learner.zero_grad()
        loss.backward()
        share = together((time.time() - began) / (60 * minutes))
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        learner.step()
        if step % 10 == 0:
            averaged(average, net.state_dict())
        step, seen = step + 1, seen + batch * len(cores)
        losses.append(loss.item())
        if step % 200 == 0 and rank == 0:
            right = f"{evaluate(*held):.3f}" if held else "-"
            print(f"{(time.time() - began) / 60:.1f} min, {seen} seen, {len(shards)} shards, loss {numpy.mean(losses[-200:]):.3f}, held out {right}", flush=True)
            torch.save(net.state_dict(), checkpoint)
    if rank == 0:
        finish(average, checkpoint, out)
        shutil.rmtree(meeting)


main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:])
