"""Text logs of any length, as trainers print them, for measuring how fast they are read.

The lines have the wording of the frameworks that they are named after, and numbers of as many digits; these are random.
"""

from __future__ import annotations

import json
import random
import sysconfig
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path

Writer = Callable[[random.Random], Iterator[str]]
"""Yields pieces of a log without end."""


def nanogpt(rng: random.Random) -> Iterator[str]:
    for i in count():
        if i % 250 == 0:
            yield f"step {i}: train loss {3 * rng.random():.4f}, val loss {3 * rng.random():.4f}\n"
        yield f"iter {i}: loss {3 * rng.random():.4f}, time {100 * rng.random():.2f}ms, mfu {50 * rng.random():.2f}%\n"


def megatron(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        yield (
            f" [2024-01-01 00:00:{i % 60:02d}.000000] iteration {i:8d}/  500000 | consumed samples: {256 * i:12d} | "
            f"elapsed time per iteration (ms): {500 + rng.random():.1f} | learning rate: {rng.random():.6E} | "
            f"global batch size:   256 | lm loss: {6 * rng.random():.6E} | loss scale: 4096.0 | "
            f"grad norm: {rng.random():.3f} | number of skipped iterations:   0 | number of nan iterations:   0 |\n"
        )


def pytorch_imagenet(rng: random.Random) -> Iterator[str]:
    for epoch in count():
        for i in range(0, 5005, 10):
            time, loss, top = rng.random(), 7 * rng.random(), 100 * rng.random()
            yield (
                f"Epoch: [{epoch}][{i:4d}/5005]\tTime {time:6.3f} ({time:6.3f})\tData {time:6.3f} ({time:6.3f})\t"
                f"Loss {loss:.4e} ({loss:.4e})\tAcc@1 {top:6.2f} ({top:6.2f})\tAcc@5 {top:6.2f} ({top:6.2f})\n"
            )
        yield f" *   Acc@1 {100 * rng.random():.3f} Acc@5 {100 * rng.random():.3f}\n"


def timm(rng: random.Random) -> Iterator[str]:
    for epoch in count():
        for i in range(0, 1251, 50):
            loss, time, rate = 7 * rng.random(), rng.random(), 9999 * rng.random()
            yield (
                f"Train: {epoch} [{i:4d}/1251 ({i / 12.51:3.0f}%)]  Loss: {loss:.3g} ({loss:.3g})  "
                f"Time: {time:.3f}s, {rate:>7.2f}/s  ({time:.3f}s, {rate:>7.2f}/s)  "
                f"LR: {rng.random():.3e}  Data: {time:.3f} ({time:.3f})\n"
            )


def fairseq(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        yield (
            f"2024-01-01 00:{i // 60 % 60:02d}:{i % 60:02d} | INFO | train_inner | epoch {i // 50 + 1:03d}: "
            f"{100 * (i % 50):5d} / 5000 loss={9 * rng.random():.3f}, ppl={99 * rng.random():.2f}, "
            f"wps={90000 * rng.random():.1f}, ups={rng.random():.2f}, num_updates={100 * i}, lr={rng.random():.6g}, "
            f"gnorm={rng.random():.3f}, loss_scale=8, train_wall={i}, wall={3 * i}\n"
        )


def mmengine(rng: random.Random) -> Iterator[str]:
    for epoch in count(1):
        for i in range(50, 1001, 50):
            yield (
                f"2024/01/01 12:00:{i % 60:02d} - mmengine - INFO - Epoch(train)  [{epoch}][{i:4d}/1000]  "
                f"base_lr: {rng.random():.4e} lr: {rng.random():.4e}  eta: 1:02:{i % 60:02d}  "
                f"time: {rng.random():.4f}  memory: {rng.randrange(20000)}  loss: {rng.random():.4f}  "
                f"acc: {100 * rng.random():.4f}\n"
            )


def detectron2(rng: random.Random) -> Iterator[str]:
    for i in count(19, 20):
        yield (
            f"\x1b[32m[01/01 12:00:{i % 60:02d} d2.utils.events]: \x1b[0m eta: 1:02:{i % 60:02d}  iter: {i}  "
            f"total_loss: {rng.random():.4g}  loss_cls: {rng.random():.4g}  loss_box_reg: {rng.random():.4g}  "
            f"time: {rng.random():.4f}  data_time: {rng.random():.4f}   lr: {rng.random():.5g}  max_mem: 9999M\n"
        )


def torchtitan(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        yield (
            f"[rank0]:[titan] 2024-01-01 00:00:{i % 60:02d},{rng.randrange(1000):03d} - root - INFO - "
            f"\x1b[31mstep: {i:2d}  \x1b[32mloss: {9 * rng.random():7.4f}  \x1b[33mmemory: {90 * rng.random():5.2f}GiB"
            f"({99 * rng.random():.2f}%)  \x1b[34mtps: {rng.randrange(9999):,}  \x1b[35mmfu: {99 * rng.random():.2f}%\n"
        )


def deepspeed(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        prefix = f"[2024-01-01 00:00:{i % 60:02d},{rng.randrange(1000):03d}] [INFO] "
        yield (
            f"{prefix}[logging.py:96:log_dist] [Rank 0] step={i}, skipped=0, lr=[{rng.random()}], mom=[[0.9, 0.999]]\n"
            f"{prefix}[timer.py:260:stop] epoch=0/micro_step={8 * i}/global_step={i}, "
            f"RunningAvgSamplesPerSec={99 * rng.random()}, MemAllocated={40 * rng.random():.2f}GB\n"
            f"steps: {i} loss: {rng.random():.4f} iter time (s): {rng.random():.3f} samples/sec: {rng.random():.3f}\n"
        )


def ranks(rng: random.Random) -> Iterator[str]:
    """Yield the lines of eight processes, as torchrun prints them."""
    for i in count(1):
        yield from (f"[rank{k}]: step {i} loss {rng.random():.4f} lr {rng.random():.2e}\n" for k in range(8))


def json_in_text(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        row = {"epoch": i // 100, "step": i, "loss": rng.random(), "lr": rng.random(), "tokens": 4096 * i}
        yield f"2024-01-01 00:00:{i % 60:02d} {json.dumps(row)}\n"


def commas(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        rate = rng.randrange(10**6)
        yield f"step {1000 * i:,} | tokens {524288 * i:,} | loss {9 * rng.random():.4f} | tok/s {rate:,}\n"


def tqdm(rng: random.Random) -> Iterator[str]:
    """Yield the states of a bar for each epoch, in one line, and what the epoch came to."""
    for epoch in count(1):
        for i in range(1, 101):
            yield (
                f"\rEpoch {epoch}:  {i}%|{'#' * (i // 10):10}| {i}/100 [00:{i % 60:02d}<00:{(100 - i) % 60:02d}, "
                f"{9 * rng.random():.2f}it/s, loss={rng.random():.3f}]"
            )
        yield f"\nEpoch {epoch}: train_loss={rng.random():.4f} val_loss={rng.random():.4f}\n"


def hugging_face(rng: random.Random) -> Iterator[str]:
    """Yield dictionaries between the states of a bar."""
    for i in count(1):
        share = i % 100
        yield f"\r {share}%|{'█' * (share // 10):10}| {i}/50000 [01:{i % 60:02d}<1:02:03, {9 * rng.random():.2f}it/s]"
        if i % 10 == 0:
            row = {"loss": round(rng.random(), 4), "grad_norm": rng.random(), "learning_rate": rng.random() * 1e-4}
            yield f"\n{row | {'epoch': i / 500}}\n"


def keras(rng: random.Random) -> Iterator[str]:
    """Yield the states of Keras' bars, coloured, over each other."""
    for epoch in count(1):
        yield f"Epoch {epoch}/100\n"
        for i in range(1, 101):
            yield (
                f"\r\x1b[1m{i:3d}/100\x1b[0m \x1b[32m{'━' * (i // 5):20}\x1b[0m \x1b[1m{i % 60}s\x1b[0m {i}ms/step - "
                f"accuracy: {rng.random():.4f} - loss: {rng.random():.4f}"
            )
        yield f" - val_accuracy: {rng.random():.4f} - val_loss: {rng.random():.4f}\n"


def after_a_few_steps(lines: Callable[[random.Random], Iterator[str]]) -> Writer:
    """Return a writer of something else behind a few steps of a training."""

    def written(rng: random.Random) -> Iterator[str]:
        yield from (f"step {i}: loss {rng.random():.4f}\n" for i in range(5))
        yield from lines(rng)

    return written


def warnings(rng: random.Random) -> Iterator[str]:
    """Yield what NCCL and Python say besides, with numbers and addresses that never come again."""
    while True:
        host = f"node{rng.randrange(4)}:{rng.randrange(99999)}:{rng.randrange(99999)}"
        yield (
            f"{host} [0] NCCL INFO comm 0x{rng.randrange(16**12):012x} rank 1 nranks 8 cudaDev 1 busId "
            f"{rng.randrange(16**5):05x} - Init COMPLETE\n"
            f"/opt/lib/torch/optim/lr_scheduler.py:{rng.randrange(300)}: UserWarning: To get the last learning rate "
            f"computed by the scheduler, please use `get_last_lr()`.\n  warnings.warn(\n"
        )


def tracebacks(rng: random.Random) -> Iterator[str]:
    for i in count(5):
        yield (
            f'step {i}: loss {rng.random():.4f}\nTraceback (most recent call last):\n  File "/home/u/train.py", line '
            f"{rng.randrange(400)}, in <module>\n    main(args)\nRuntimeError: Expected all tensors to be on the same "
            f"device, but found at least two devices, cuda:{i % 8} and cpu!\n"
        )


def generations(rng: random.Random) -> Iterator[str]:
    """Yield text that a language model made up, with a number in each line, between steps."""
    known = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(2, 9))) for _ in range(3000)]
    for i in count(5):
        yield f"step {i}: loss {rng.random():.4f}\n"
        yield from (f"{' '.join(rng.choices(known, k=12))} {rng.randrange(99)} {known[i % 3000]}.\n" for _ in range(5))


def prose(rng: random.Random) -> Iterator[str]:
    """Yield lines that never come again, with numbers and words of training in them."""
    while True:
        word = "".join(rng.choices("abcdefghij", k=12))
        yield f"the loss of {word} after {rng.randrange(100)} steps, epoch {word}-{rng.randrange(9)}: see {word}.txt\n"


def words(rng: random.Random) -> Iterator[str]:
    """Yield lines of words without any number."""
    known = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(2, 9))) for _ in range(3000)]
    while True:
        yield " ".join(rng.choices(known, k=rng.randrange(5, 18))) + ".\n"


def source_code(rng: random.Random) -> Iterator[str]:
    """Yield Python's own modules, one after the other."""
    for path in cycle(sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))):
        yield path.read_text(encoding="utf-8", errors="replace")


def settings(rng: random.Random) -> Iterator[str]:
    """Yield a dump of settings for each of many runs."""
    names = ["_".join(rng.sample(("lr", "batch", "hidden", "warmup", "size", "steps", "data"), 3)) for _ in range(200)]
    while True:
        yield from (
            f"{'  ' * rng.randrange(3)}{name}: {rng.choice((rng.random(), 'adamw', 'true'))}\n" for name in names
        )


def one_line(text: str) -> Writer:
    """Return a writer of one endless line behind a few steps."""
    return after_a_few_steps(lambda rng: cycle([text * 1000]))


def long_lines(text: str, length: int = 8000) -> Writer:
    """Return a writer of long lines, each of its own shape."""

    def lines(rng: random.Random) -> Iterator[str]:
        while True:
            yield f"loss {rng.choice('abcdefgh') * rng.randrange(9)}" + (text * length)[:length] + "!\n"

    return after_a_few_steps(lines)


REGULAR: dict[str, Writer] = {
    "nanoGPT": nanogpt,
    "Megatron-LM": megatron,
    "PyTorch's ImageNet": pytorch_imagenet,
    "timm": timm,
    "fairseq": fairseq,
    "MMEngine": mmengine,
    "detectron2": detectron2,
    "torchtitan": torchtitan,
    "DeepSpeed": deepspeed,
    "eight ranks": ranks,
    "JSON in text": json_in_text,
    "numbers with commas": commas,
    "tqdm": tqdm,
    "Hugging Face": hugging_face,
    "Keras": keras,
}
"""What trainings print over and over."""

BESIDES: dict[str, Writer] = {
    "warnings": after_a_few_steps(warnings),
    "tracebacks": after_a_few_steps(tracebacks),
    "generations": after_a_few_steps(generations),
    "prose": after_a_few_steps(prose),
    "words": after_a_few_steps(words),
    "source code": after_a_few_steps(source_code),
    "settings": after_a_few_steps(settings),
}
"""What else is in logs; most of it never comes again."""

HOSTILE: dict[str, Writer] = {
    "one line of digits": one_line("1234567890"),
    "one line of pairs": one_line("loss=1 "),
    "a bar in one line": one_line("\r 50%|##### | 50/100 [00:10<00:10, 5.00it/s, loss=0.5]"),
    "exponents": long_lines("1e-5"),
    "groups of digits": long_lines("1,234"),
    "long words": long_lines("a"),
    "spaces": long_lines(" "),
    "pairs in long lines": long_lines("loss: 1.5, "),
    "brackets": long_lines("[(["),
    "colons": long_lines("a: "),
    "escapes": long_lines("\x1b]"),
}
"""Lines made to provoke a search that goes back over what it has read."""
