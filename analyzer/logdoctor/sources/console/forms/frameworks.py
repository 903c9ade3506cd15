"""Lines whose form is fixed, in which a number's key is not the text before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from logdoctor.sources.console.forms.form import Field, Form, Kind
from logdoctor.sources.console.forms.line import LineReader
from logdoctor.sources.console.forms.masking import MASK

_ULTRALYTICS = re.compile(r"\s*all(?:\s+\0){6}((?:\s+\0){4})?\s*$")
_BOX_METRICS = ("precision", "recall", "mAP50", "mAP50-95")
"""What Ultralytics prints of all classes behind the numbers of images and of boxes."""
_SHAPE_METRICS = tuple(f"{name} (mask or pose)" for name in _BOX_METRICS)
"""What it prints behind those where it finds more than boxes."""

_MEASURED = r"(\0|-?nan|-?inf)"
_DARKNET = re.compile(rf"\s*\0: {_MEASURED}, {_MEASURED} avg(?: loss)?, \0 rate, ")
"""What darknet prints of an iteration: its loss, the running average, and the rate, each number before its name."""

_CATBOOST = re.compile(
    r"[\t ]*\0:((?:[\t ]{1,16}(?:learn|test[0-9]*): -?(?:\0|nan|inf))+)[\t ]{1,16}(?=best: |total: )"
)
_CATBOOST_SET = re.compile(r"(?<=[\t ])(learn|test[0-9]*): (\S+)")
"""How CatBoost begins a line: the iteration, and a metric that has no name there on training and on held-out data."""

_FLOWER = re.compile(
    rf"fit progress: \(\0, {_MEASURED}, "
    r"\{((?:['\u2018]\w{1,40}['\u2019]: -?(?:\0|nan|inf)(?:, )?){0,16})\}(?:, \0)?\)"
)
_FLOWER_METRIC = re.compile(r"['\u2018](\w+)['\u2019]: ([^,]+)")
"""What Flower's server prints of a round: the loss on the data that it holds itself, further metrics, the time."""

_DL4J = re.compile(r"(?:^|ScoreIterationListener(?: -|:) )Score at iteration \0 is (-?(?:\0|NaN|Infinity))\s*$")
"""Deeplearning4j calls the loss its score; Java has words of its own for what is no number."""

_TACOTRON = re.compile(rf"\s*Train loss \0 {_MEASURED} Grad Norm {_MEASURED} \0s/it\s*$")
_TACOTRON_EVALUATION = re.compile(rf"\s*Validation loss \0:(?=.*[ ]{{2}}) {{1,9}}{_MEASURED} *$")
"""What NVIDIA's Tacotron 2 and its descendants print: the iteration behind the name, the loss in nine characters."""

_WENET = re.compile(r"(TRAIN|CV)(?: \|(?: steps/sec \0\|)?)? Batch \0/\0 (?=loss )")
"""How WeNet begins a line: the epoch, and the batch within it; its first versions had the batch, and how many."""
_MEAN_SO_FAR = "history loss"
_LAST_IS_RANK = re.compile(r" rank \0\s*$")

_FAIRSEQ_EVALUATION = re.compile(r"epoch \0 \| (valid|test) on '[^'\0]{1,40}' subset:? +\0 / \0 ")
"""How fairseq begins the progress of an evaluation, whose data are named before the batch."""

_FASTTEXT = re.compile(rf"\s*Progress: +\0% +words/sec/thread: +\0 +lr: +(-?\0) +(?:avg\.)?loss: +{_MEASURED}")
"""What fastText prints over and over: the share of the work that is done, the speed, the rate and the mean loss."""

_ESPNET = re.compile(r"(?<!\S)\0epoch:(train|valid):\0-\0batch: ")
"""How ESPnet begins a line: the epoch, and the first and the last of the batches that it speaks of."""

_ESPNET_RESULTS = re.compile(r"(?<!\S)\0epoch results: (?=\[train\] )")
"""How it begins the line of a whole epoch: `3epoch results: [train] loss=15.3, lr=0.001, [valid] loss=16.1`."""

_TESSERACT = re.compile(
    r"At iteration \0/\0/\0, [Mm]ean (rms)=\0%, (delta)=\0%, ((?:char|BCER) train)=\0%, ((?:word|BWER) train)=\0%, "
    r"(skip ratio)=\0%"
)
"""What Tesseract prints of an iteration, which it counts in samples that were learnt of, in all, and with the bad."""

_TESSERACT_EVALUATION = re.compile(
    r"At iteration \0, stage \0, (Eval Char error rate|BCER eval)=\0, (Word error rate|BWER eval)=\0"
)
"""What it prints behind that of an evaluation that ended meanwhile."""

_MARIAN = re.compile(r"(\[valid\] )?Ep\. \0 : Up\. \0 : (?=Sen\. |[\w-]+ : )")
"""How Marian begins a line: the epoch and the update; what follows is in pieces between colons."""

_SYNAPTIC = re.compile(r"iterations? \0 error (\0|NaN) rate \0$")
"""What Synaptic and Neataptic print of an iteration, the word of JavaScript for what is no number with it."""

_OF_CORRECT = re.compile(r"\s*Got \0 / \0 correct \(\0%?\)$")
"""What loops after the course CS231n print of an evaluation: of how many examples, and in percent."""

_VITS = re.compile(rf"(?:\tINFO\t|\bINFO:[\w.-]{{1,40}}:)\[((?:{_MEASURED.replace('(', '(?:')}, ){{6}})?\0, \0\]\s*$")
_VITS_LOSSES = ("loss_disc", "loss_gen", "loss_fm", "loss_mel", "", "loss_kl")
"""What VITS and its descendants print below the epoch: their losses, the step and the rate, without a name; the fifth
is of the duration in some and a divergence in others. RVC prints the step and the rate alone."""

_NOT_FINITE = re.compile(r"-?(?:nan|inf)")
_MARIAN_NAMES = {"L.r.": "learning rate", "Cost": "Cost", "gNorm": "gNorm"}


def fixed_form(shape: str) -> Form | None:
    """Return what a line of a fixed form says; None for all others."""
    for find, read in _FIXED_FORMS:
        if found := find(shape):
            return read(found)
    return None


def _of_ultralytics(found: re.Match[str]) -> Form:
    """Read the row of all classes that Ultralytics prints after an evaluation."""
    names = (*_BOX_METRICS, *_SHAPE_METRICS) if found[1] else _BOX_METRICS
    return Form(tuple(Field(Kind.VALUE, name, slot) for slot, name in enumerate(names, 2)), "val", is_of_training=True)


def _of_darknet(found: re.Match[str]) -> Form:
    slot, fields = 1, [Field(Kind.COUNTER, "iteration", 0)]
    for kind, token in ((Kind.VALUE, found[1]), (Kind.AVERAGE, found[2])):
        fields.append(_measured(kind, "loss", token, slot))
        slot += MASK in token
    return Form((*fields, Field(Kind.VALUE, "learning rate", slot)), counter_first=True)


def _of_catboost(found: re.Match[str]) -> Form:
    """Read a line of CatBoost, of one metric: `learn: 0.51`, `test: 0.53` and further held-out sets, `test1: 0.54`."""
    fields = [Field(Kind.COUNTER, "iteration", 0)]
    for name, token in _CATBOOST_SET.findall(found[1]):
        slot = 1 + sum(one.slot > 0 for one in fields)
        fields.append(_measured(Kind.VALUE, name, token, slot))
    return Form(tuple(fields), counter_first=True, is_of_training=True)


def _of_dl4j(found: re.Match[str]) -> Form:
    last = found.string.count(MASK) - 1
    score = _measured(Kind.VALUE, "loss", found[1], last)
    return Form((Field(Kind.COUNTER, "iteration", last - (MASK in found[1])), score), counter_first=True)


def _of_flower(found: re.Match[str]) -> Form:
    """Read what Flower's server measured after a round, on data that no client was trained on."""
    fields = [Field(Kind.COUNTER, "round", found.string.count(MASK, 0, found.start()))]
    slot = fields[0].slot + 1
    for name, token in (("loss", found[1]), *_FLOWER_METRIC.findall(found[2])):
        fields.append(_measured(Kind.VALUE, name, token, slot))
        slot += MASK in token
    return Form(tuple(fields), "val", counter_first=True, is_of_training=True)


def _of_fasttext(found: re.Match[str]) -> Form:
    rate, loss = _measured(Kind.VALUE, "lr", found[1], 2), _measured(Kind.VALUE, "loss", found[2], 3)
    return Form((Field(Kind.VALUE, "words/sec/thread", 1), rate, loss), value_first=True, is_of_training=True)


def _of_synaptic(found: re.Match[str]) -> Form:
    error = _measured(Kind.VALUE, "error", found[1], 1)
    rate = Field(Kind.VALUE, "learning rate", found.string.count(MASK) - 1)
    return Form((Field(Kind.COUNTER, "iteration", 0), error, rate), counter_first=True, is_of_training=True)


def _of_correct(_found: re.Match[str]) -> Form:
    return Form((Field(Kind.VALUE, "accuracy", 2),), value_first=True)


def _of_vits(found: re.Match[str]) -> Form:
    slot, fields = found.string.count(MASK, 0, found.start()), []
    for name, token in zip(_VITS_LOSSES, (found[1] or "").split(", "), strict=False):
        if name and token:
            fields.append(_measured(Kind.VALUE, name, token, slot))
        slot += MASK in token
    counted = (Field(Kind.COUNTER, "global_step", slot), Field(Kind.VALUE, "learning rate", slot + 1))
    return Form((*counted, *fields), counter_first=True, is_of_training=bool(fields), is_unnamed=True)


def _measured(kind: Kind, name: str, token: str, slot: int) -> Field:
    """Return the field of a number with its sign, or of a word for one that is not finite."""
    if MASK in token:
        return Field(kind, name, slot, -1.0 if token.startswith("-") else 1.0)
    return Field(kind, name, -1, float(token))


def _of_batches(began: re.Match[str]) -> Form:
    """Read a line of ESPnet, which stands at the last of its batches."""
    slot, reader = _read_behind(began, 3)
    counted = (Field(Kind.COUNTER, "epoch", slot), Field(Kind.COUNTER, "batch", slot + 2))
    return Form((*counted, *reader.fields), began[1], counter_first=True)


def _of_results(began: re.Match[str]) -> Form:
    """Read what ESPnet says of an epoch: every set, one behind the other."""
    slot, reader = _read_behind(began, 1)
    return Form((Field(Kind.COUNTER, "epoch", slot), *reader.fields), reader.split, counter_first=True)


def _read_behind(began: re.Match[str], numbers: int) -> tuple[int, LineReader]:
    """Read what stands behind the beginning of a line that holds so many numbers; return the slot of the first, too."""
    slot = began.string.count(MASK, 0, began.start())
    reader = LineReader(began.string[began.end() :], slot + numbers)
    reader.read()
    return slot, reader


def _of_tacotron(found: re.Match[str]) -> Form:
    """Read a step of Tacotron 2: `Train loss 20 48.2 Grad Norm 13.5 5.71s/it`."""
    loss = _measured(Kind.VALUE, "train loss", found[1], 1)
    norm = _measured(Kind.VALUE, "grad norm", found[2], 1 + (loss.slot > 0))
    return Form((Field(Kind.COUNTER, "iteration", 0), loss, norm), counter_first=True, is_of_training=True)


def _of_tacotron_evaluation(found: re.Match[str]) -> Form:
    loss = _measured(Kind.VALUE, "validation loss", found[1], 1)
    return Form((Field(Kind.COUNTER, "iteration", 0), loss), counter_first=True)


def _of_wenet(began: re.Match[str]) -> Form:
    """Read a line of WeNet, which every process prints: `TRAIN Batch 0/100 loss 12.6 loss_att 10.9 rank 0`.

    The loss of an evaluation is its mean so far: `CV Batch 0/100 loss 28.5 history loss 27.9`.
    """
    numbers = began[0].count(MASK)  # newer versions have the speed before the batch
    slot, reader = _read_behind(began, numbers)
    slot += numbers - 2
    rank = began.string.count(MASK) - 1 if _LAST_IS_RANK.search(began.string) else None
    counted = (Field(Kind.COUNTER, "batch", slot), Field(Kind.PLAN, "batch", slot + 1))
    means = [replace(one, name="loss") for one in reader.fields if one.name == _MEAN_SO_FAR]
    terms = [one for one in reader.fields if one.name not in {_MEAN_SO_FAR, "loss"} or not means]
    return Form((*counted, *means, *terms), began[1], counter_first=True, rank_slot=rank)


def _of_evaluation(began: re.Match[str]) -> Form:
    """Read how far an evaluation of fairseq is: `epoch 004 | valid on 'valid' subset  1000 / 1311 loss=3.24`."""
    slot, reader = _read_behind(began, 3)
    within = (Field(Kind.WITHIN, "iter", slot + 1), Field(Kind.LENGTH, "iter", slot + 2))
    return Form((Field(Kind.COUNTER, "epoch", slot), *within, *reader.fields), began[1], counter_first=True)


def _of_tesseract(began: re.Match[str]) -> Form:
    """Read a line of Tesseract, and the results of an evaluation at the end of it."""
    fields = [Field(Kind.COUNTER, "iteration", 0)]
    fields += [Field(Kind.VALUE, name, slot) for slot, name in enumerate(began.groups(), 3)]
    if evaluated := _TESSERACT_EVALUATION.search(began.string, began.end()):
        slot = began.string.count(MASK, 0, evaluated.start()) + 2
        names = (f"eval {name}" if "val" not in name else name for name in evaluated.groups())
        fields += [Field(Kind.VALUE, name, at) for at, name in enumerate(names, slot)]
    return Form(tuple(fields), counter_first=True)


def _of_marian(began: re.Match[str]) -> Form:
    """Read a line of Marian: `Cost 47.9 : L.r. 2.4e-04`, or of validation, `perplexity : 11.1 : new best`."""
    slot = began.string.count(MASK, 0, began.start())
    fields = [Field(Kind.COUNTER, "epoch", slot), Field(Kind.COUNTER, "update", slot + 1)]
    slot, before = slot + 2, ""
    for piece in began.string[began.end() :].split(" : "):
        word, _, rest = piece.partition(" ")
        name, value = (_MARIAN_NAMES.get(word, ""), rest.partition(" ")[0]) if rest else (before, word)
        if name and value == MASK:
            fields.append(Field(Kind.VALUE, name, slot))
        elif name and _NOT_FINITE.fullmatch(value):
            fields.append(Field(Kind.VALUE, name, -1, float(value)))
        slot, before = slot + piece.count(MASK), piece
    return Form(tuple(fields), "valid" if began[1] else "", counter_first=True)


_FIXED_FORMS: tuple[tuple[Callable[[str], re.Match[str] | None], Callable[[re.Match[str]], Form]], ...] = (
    (_ULTRALYTICS.match, _of_ultralytics),
    (_DARKNET.match, _of_darknet),
    (_CATBOOST.match, _of_catboost),
    (_DL4J.search, _of_dl4j),
    (_FLOWER.search, _of_flower),
    (_FASTTEXT.match, _of_fasttext),
    (_SYNAPTIC.match, _of_synaptic),
    (_OF_CORRECT.match, _of_correct),
    (_ESPNET.search, _of_batches),
    (_ESPNET_RESULTS.search, _of_results),
    (_TACOTRON.match, _of_tacotron),
    (_TACOTRON_EVALUATION.match, _of_tacotron_evaluation),
    (_WENET.search, _of_wenet),
    (_FAIRSEQ_EVALUATION.search, _of_evaluation),
    (_TESSERACT.match, _of_tesseract),
    (_MARIAN.search, _of_marian),
    (_VITS.search, _of_vits),
)
"""What finds a line of each form, and what reads it; the first that is found counts."""
