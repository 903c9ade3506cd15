"""One line's grammar: which number of a shape is the step, which the loss.

A number's key is the text between it and the number before: `iter 100: loss 2.72, time 38.1ms`. With a colon or an
equals sign any word will do; without one only the words of training count as keys, for prose has numbers too.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import Enum

from logdoctor.run import Split
from logdoctor.run.naming import is_loss_word, role_of, split_of, words
from logdoctor.run.roles import Counter, Loss, TrainError, TrainMetric, Unknown, ValError, ValMetric
from logdoctor.sources.console.masking import MASK
from logdoctor.sources.console.prefixes import strip
from logdoctor.sources.tables.counters import normal

LONGEST_SHAPE = 8 * 1024
"""Characters of a line beyond which it is a dump and no record."""

MOST_FIELDS = 512
"""Numbers of one line that are looked at."""


_LOOK_BACK = 160
"""Characters before a number in which its key is looked for."""

_LOOK_AHEAD = 40
"""Characters behind a number that may tell what it is."""

SAMPLES = "samples within"
"""Name of a position within an epoch that counts samples."""

SPLIT_ROLES = (Loss, TrainMetric, ValMetric, TrainError, ValError)
"""Quantities whose name takes the split from the words before it."""

_IGNORED = frozenset({"eta", "remaining", "eta_seconds", "cuda", "v_num"})
_EXTREMES = frozenset({"best", "max", "maximum", "highest", "min", "minimum", "lowest", "final"})
"""First words of what is no point of a curve: `Max accuracy: 70.1%`."""


class Kind(Enum):
    """What a number of a line is."""

    COUNTER = "counter"
    PLAN = "plan"
    """The total that a counter runs to: `step 10/500`."""
    WITHIN = "within"
    """A position within an epoch or a pass that no word names: `[ 10/5005]`, `1875/1875 [=====]`."""
    LENGTH = "length"
    """The total of such a position."""
    VALUE = "value"
    """A quantity; with a plan of the same name, as many out of so many: `Accuracy: 9838/10000`."""
    AVERAGE = "average"
    """The running average behind a value: `Loss 6.91 (6.93)`."""


@dataclass(frozen=True)
class Field:
    """One number of a line."""

    kind: Kind
    name: str
    slot: int
    """Which number of the line; -1 for a constant such as NaN."""
    factor: float = 1.0
    """The sign, or the constant."""


@dataclass(frozen=True)
class Form:
    """What a line says, whatever its numbers are."""

    fields: tuple[Field, ...]
    split: str = ""
    """The word before the keys that tells the split, as logged: `Test` of `Test set: Average loss: 0.05`."""
    is_bar: bool = False
    """Whether the line is a state of a progress bar."""
    counter_first: bool = False
    """Whether the line begins with its counter."""
    value_first: bool = False
    """Whether the line begins with the name of what it measures."""
    in_table: bool = False
    """Whether the line is a row below a header."""
    is_dict: bool = False
    """Whether the line is a dictionary, as Hugging Face's Trainer prints it."""
    rank: int | None = None
    rank_slot: int | None = None

    @property
    def signature(self) -> tuple[object, ...]:
        """What all lines of one statement have in common."""
        return (self.split, self.is_bar, self.is_dict, *((one.kind, one.name) for one in self.fields))

    def behind(self, slots: int) -> Form:
        """Return the form of the same line when so many numbers stand before it."""
        fields = tuple(one if one.slot < 0 else replace(one, slot=one.slot + slots) for one in self.fields)
        return replace(self, fields=fields, rank_slot=None if self.rank_slot is None else self.rank_slot + slots)


_NOT_FINITE = r"(?P<word>nan|NaN|NAN|inf|Inf|INF|Infinity|infinity)"
_TOKEN = re.compile(
    rf"\0|[:=][ \t]{{0,16}}(?:tensor)?['\"(\[]?[-+]?{_NOT_FINITE}(?=ms\b|s\b|[^\w]|$)"
    rf"|(?<=\s)[-+]?{_NOT_FINITE.replace('word', 'free')}(?=\s*(?:[,|;(\t]|$|\s{{2}}))"
)
"""A number, or a word for one that is not finite where a value can stand (not: `number of nan iterations`)."""
_NO_NUMBER_BUT_NAN = re.compile(rf"[:=][ \t]{{0,16}}[-+]?{_NOT_FINITE}\s*$")
"""The end of a line without any number that measures all the same: `Test set loss: nan`."""
_HINTS = (
    "loss", "acc", "rate", "epoch", "step", "iter", "lr", "err", "ppl", "bpb", "score", "reward", "return", "metric",
    "f1", "map", "iou", "dice", "ep ", "trl", "tel", "batch", "nll", "entropy", "update", "round", " all ", "norm",
    "it/s", "s/it", "psnr", "auc", "bleu", "wer", "cer", "val", "train", "test",
)  # fmt: skip
"""What every line of interest has something of; the rest is not looked at any closer."""
_BARE_KEYS = (
    "loss", "epoch", "step", "iter", "lr", "acc", "ppl", "perplexity", "bpb", "bpc", "norm", "mfu", "dice", "score",
    "rate", "err", "f1", "auc", "wer", "cer", "time", "batch", "update", "round", "reward", "return", "iou", "map",
    "psnr", "@", "all", "train", "test", "val", "eval",
)  # fmt: skip
"""Words that stand before a number without a colon or an equals sign."""

_OPENERS = " \t'\"(+-#"

_UNIT_WORDS = (
    "%|percent|ms|milliseconds|msec|us|µs|seconds|secs|sec|s|minutes|mins|min|hours|hrs|days|it/s|s/it|ms/it|ms/step|s/step|"
    "us/step|ms/batch|samples/s|samples/sec|img/s|images/s|imgs/s|tokens/s|tok/s|tokens/sec|tok/sec|iter/s|GiB|MiB|KiB|GB|MB|"
    "KB|Gb|Mb|TB|TFLOPs|TFLOPS|TFLOP/s|tflops|dB"
)
UNIT = re.compile(rf"(?P<attached>{_UNIT_WORDS}|/s|/sec|[mhdGMKBTx])(?![\w/])|\s(?:{_UNIT_WORDS})(?![\w/(]|\s*[:=])")
"""A unit behind a number; behind a space only where it is not the key of the next."""
_ATTACHED = re.compile(r"[A-Za-z_\ufffd]|\.[0-9A-Za-z]")
_TIME_UNITS = frozenset(
    "ms milliseconds msec us µs seconds secs sec s minutes mins min m hours hrs hr h days day d".split()
)

_WORD = r"[A-Za-z_][\w@./%+'&#-]*"
_MORE = r"(?: (?:[A-Za-z0-9_@%&#][\w@./%+'&#-]*))"
_KEY = re.compile(rf"({_WORD}{_MORE}{{0,6}}(?: ?\([^()]{{1,24}}\))?)$")
_CUT = re.compile(r"[,;|\t\[\]{}<>•·»━█]|\s[-\u2013\u2014*=>]+\s|\s{2,}|:\s|[)\"]\s|^\s*[-\u2013\u2014*=>#]+\s|=(?=.)")
_WRAPPER = re.compile(r"(?:tensor|array|(?:np|numpy)\.float[0-9]*)\($")
_SIGN = re.compile(r"(?:^|[\s:=(\[{,'\"])([-+])$")
_QUOTES = "'\"`"

COUNTER_WORDS = {
    **dict.fromkeys(("epoch", "epochs", "ep"), "epoch"),
    **dict.fromkeys(("step", "steps"), "step"),
    **dict.fromkeys(("iteration", "iterations"), "iteration"),
    **dict.fromkeys(("iter", "iters", "it", "itr"), "iter"),
    **dict.fromkeys(("update", "updates"), "update"),
    **dict.fromkeys(("batch", "minibatch", "mb"), "batch"),
    **dict.fromkeys(("episode", "episodes"), "episode"),
    **dict.fromkeys(("epoch_num", "epoch_idx", "current_epoch", "epch"), "epoch"),
    **dict.fromkeys(("timesteps", "timestep"), "timesteps"),
    **dict.fromkeys(("train_step", "training_step"), "step"),
    **dict.fromkeys(("consumed_samples", "consumed samples", "smpl"), "consumed_samples"),
    **dict.fromkeys(("global_step", "trainer/global_step", "train/global_step"), "global_step"),
    **dict.fromkeys(("iter_num", "iter_idx", "global_iter"), "iter_num"),
    **dict.fromkeys(("batch_id", "batch_num", "batch_no"), "batch_idx"),
    **{name: name for name in (
        "num_updates", "round", "total_timesteps", "samples", "tokens", "batch_idx", "training_iteration", "env_steps",
        "frame", "frames", "current_steps",
    )},
}  # fmt: skip
"""Keys that count, in the spelling that tables know."""

_NO_COUNTER = frozenset(
    "per of total num max min every warmup best last save saved since elapsed time each avg average after remaining "
    "batch patience n number micro over".split()
)
"""Words before `step` or `epoch` that make it something else than the position."""

_LOOSE = frozenset({"samples", "tokens", "frames", "frame", "consumed_samples"})
"""Counters that count only with a colon or an equals sign before the number, for prose counts them too."""

_LOOP_VARIABLES = frozenset({"i", "n", "k", "it", "idx"})
"""Names of loop variables, which count where they say out of how many: `i=347/530`."""

_PREPOSITIONS = frozenset({"at", "in", "after", "for"})
"""Words between a quantity and the counter that its value follows: `Cost after iteration 100: 0.64`."""
_VERBS = frozenset({"is", "was", "are"})
"""Words between a quantity and its value: `validation loss is: 0.24`."""
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
"""What stands behind a counter that is spoken: `current step: 57993th step`."""
_PLAIN_NAMES = frozenset({"loss", "acc", "accuracy", "error"})
"""Names that say little without the word before them: `G loss:0.7, D loss:0.6`."""
_LONGEST_PLAIN = 3
"""Words of such a name with those before it."""

_BAR = re.compile(r"\[[=>.#]|━|█|%\||it/s|s/it|/step\b")
"""Marks of a progress bar: Keras 2, Keras 3, tqdm."""
_SECTION = re.compile(
    r"[^\w\[({<]{0,12}(train|training|val|valid|validation|eval|evaluation|test)\b[\w ]{0,24}:?[\s*=-]*$", re.I
)
_LONGEST_SECTION = 80
_EPOCH_AVERAGES = re.compile(r"\s*Averaged stats:")
"""What torchvision's references print once more at the end of an epoch."""
_SUMMARY_LINE = re.compile(r"\s*\* (?:Acc|Prec|Recall|IoU|Top)")
"""How torchvision's references begin the results of an evaluation: ` * Acc@1 70.1 Acc@5 89.3`."""

_ULTRALYTICS = re.compile(r"\s*all(?:\s+\0){6}\s*$")
_BOX_METRICS = ("precision", "recall", "mAP50", "mAP50-95")
"""What Ultralytics prints of all classes behind the numbers of images and of boxes."""

_MEASURED = r"(\0|-?nan|-?inf)"
_DARKNET = re.compile(rf"\s*\0: {_MEASURED}, {_MEASURED} avg(?: loss)?, \0 rate, ")
"""What darknet prints of an iteration: its loss, the running average, and the rate, each number before its name."""
_DL4J = re.compile(r"ScoreIterationListener - Score at iteration \0 is (-?)\0$")
"""Deeplearning4j calls the loss its score."""
_ESPNET = re.compile(r"(?<!\S)\0epoch:(train|valid):\0-\0batch: ")
"""How ESPnet begins a line: the epoch, and the first and the last of the batches that it speaks of."""

_CODE = re.compile(r"^\s*(?:def|class|import|from|return|if|elif|for|while|assert|with|print|@|#include|//)\b.*[:(]")
_MULTIPLES = {"K": 1e3, "M": 1e6, "B": 1e9}
"""Units of a counter: LeRobot writes `step:48K`."""
_LEROBOT = " epch:"
"""LeRobot's word for epochs; its `ep` counts episodes of the data."""
_OUT_OF = re.compile(r"\s*/\s*\0")
_SPLIT_ONLY = re.compile(r"(?:train|test|val\w*|eval\w*):? *\[?", re.I)
_SAVING_DICT = "saving dict for"
"""TF Estimator's words before the results of an evaluation."""
_SPLIT_HEADING = re.compile(
    r"\b(train(?:ing)?|val(?:id(?:ation|ate|ating)?)?|eval(?:uat(?:ion|e|ing))?|dev|test(?:ing)?|held-?out)(?![a-z])",
    re.I,
)


def parse(shape: str) -> Form | None:
    """Read a shape; None when it holds nothing of training."""
    if MASK not in shape and not _NO_NUMBER_BUT_NAN.search(shape):
        return _section(shape)
    if len(shape) > LONGEST_SHAPE or not _may_be_data(shape) or _CODE.match(shape):
        return None
    if _ULTRALYTICS.match(shape):
        return Form(tuple(Field(Kind.VALUE, name, slot) for slot, name in enumerate(_BOX_METRICS, 2)), "val")
    if darknet := _DARKNET.match(shape):
        return _of_darknet(*darknet.groups())
    if dl4j := _DL4J.search(shape):
        slot = shape.count(MASK) - 1
        sign = -1.0 if dl4j[1] else 1.0
        return Form(
            (Field(Kind.COUNTER, "iteration", slot - 1), Field(Kind.VALUE, "loss", slot, sign)), counter_first=True
        )
    if espnet := _ESPNET.search(shape):
        return _of_batches(espnet)
    stripped = strip(shape.replace(" ep:", " episodes:") if _LEROBOT in shape else shape)
    reader = _LineReader(stripped.text, stripped.slots)
    reader.read()
    fields = tuple(reader.fields)
    if not fields:
        return None
    text = stripped.text
    return Form(
        fields,
        reader.split,
        is_bar=bool(_BAR.search(text)) and any(one.kind is Kind.WITHIN for one in fields),
        counter_first=fields[0].kind is Kind.COUNTER and not any(map(str.isalnum, reader.heading)),
        value_first=fields[0].kind is Kind.VALUE and not any(map(str.isalnum, reader.heading)),
        is_dict=text.startswith("{") and text.rstrip().endswith("}"),
        rank=stripped.rank,
        rank_slot=stripped.rank_slot,
    )


def _of_darknet(loss: str, average: str) -> Form:
    slot, fields = 1, [Field(Kind.COUNTER, "iteration", 0)]
    for kind, token in ((Kind.VALUE, loss), (Kind.AVERAGE, average)):
        fields.append(Field(kind, "loss", slot) if token == MASK else Field(kind, "loss", -1, float(token)))
        slot += token == MASK
    return Form((*fields, Field(Kind.VALUE, "learning rate", slot)), counter_first=True)


def _of_batches(began: re.Match[str]) -> Form:
    """Read a line of ESPnet, which stands at the last of its batches."""
    slot = began.string.count(MASK, 0, began.start())
    reader = _LineReader(began.string[began.end() :], slot + 3)
    reader.read()
    counted = (Field(Kind.COUNTER, "epoch", slot), Field(Kind.COUNTER, "batch", slot + 2))
    return Form((*counted, *reader.fields), began[1], counter_first=True)


def _may_be_data(shape: str) -> bool:
    """Tell quickly whether a line can say anything: it has a word of training, and a value where a log has one."""
    lower = shape.lower()
    if not any(map(lower.__contains__, _HINTS)):
        return False
    if "nan" in lower or "inf" in lower:
        return True
    for before in lower.split(MASK)[:MOST_FIELDS]:
        text = before[-_LOOK_BACK:].rstrip(_OPENERS)
        if not text or text[-1] in ":=[/]|":
            return True
        word = text[text.rfind(" ") + 1 :]
        if any(map(word.__contains__, _BARE_KEYS)):
            return True
    return False


def _section(shape: str) -> Form | None:
    """Read a line that only says what the next ones measure: `Test Error:`."""
    found = _SECTION.match(strip(shape).text) if len(shape) < _LONGEST_SECTION else None
    return Form((), found[1].lower()) if found else None


class _LineReader:
    """Walks over the numbers of one line."""

    def __init__(self, text: str, first_slot: int) -> None:
        self.text = text
        self.slot = first_slot
        self.fields: list[Field] = []
        self.split = ""
        self.heading = ""
        """The text before the first key."""
        self._names: set[str] = set()
        self._sticky = ""
        """The split that the last key with one spoke of."""
        self._before = ""
        """The key of the number before, for what is attached to it."""
        self._subject = ""
        """What a counter was told of, if its value is to come: `Accuracy at step`."""

    def read(self) -> None:
        tokens = list(_TOKEN.finditer(self.text))[:MOST_FIELDS]
        end = 0
        for i, token in enumerate(tokens):
            word = next((name for name in ("word", "free") if token[name]), 0)
            after = self.text[token.end() : token.end() + _LOOK_AHEAD]
            before = self.text[max(end, token.start(word) - _LOOK_BACK) : token.start(word)]
            self._number(before, token[word], after, first=i == 0)
            end = token.end()
            self.slot += not word
        told = any(one.kind not in {Kind.WITHIN, Kind.LENGTH} for one in self.fields)
        if not told and not _BAR.search(self.text):
            self.fields = []
        if _EPOCH_AVERAGES.match(self.text):
            self.fields = []
        if _SUMMARY_LINE.match(self.text):
            self.split = self.split or "val"

    def _number(self, before: str, token: str, after: str, *, first: bool) -> None:
        sign = -1.0 if (signed := _SIGN.search(before)) and signed[1] == "-" else 1.0
        if signed:
            before = before[: signed.start(1)]
        previous = self.fields[-1] if self.fields else None
        bare = before.strip()
        if previous is not None and (
            (bare in {"/", "of", "out of"} and self._before == "counted") or (bare == "/" and self._before == "value")
        ):
            self._add(Kind.LENGTH if previous.kind is Kind.WITHIN else Kind.PLAN, previous.name, token, sign)
            self._before = ""
            return
        if before in {":", "/"} or (not first and before == "-"):
            if previous is not None and self._before in {"value", "counted"} and before == ":":
                self._forget(previous)  # a clock: `eta: 1:02:03`
            self._before = ""
            return
        if bare == "(" and self._before == "value" and previous is not None and not after.startswith("%"):
            self._add(Kind.AVERAGE, previous.name, token, sign)
            self._before = ""
            return
        self._keyed(before, token, sign, after, first=first)

    def _keyed(self, before: str, token: str, sign: float, after: str, *, first: bool) -> None:
        text, key, explicit, last = _key_of(before, behind_a_number=bool(self.fields) or not first)
        attached = bool(_ATTACHED.match(after)) and not _ORDINAL.match(after)
        unit = UNIT.match(after)
        named_unit = unit["attached"] if unit and unit["attached"] and attached else ""
        lead = text[: len(text) - len(key)] if key else text
        if first:
            self._take_heading(lead)
        if attached and not unit:
            self._before = ""
            return
        is_number = token == MASK
        counter, words_before = _counter(key, explicit=explicit) if is_number else ("", "")
        if explicit and normal(key) in _LOOP_VARIABLES and _OUT_OF.match(after):
            counter = "iter"
        if counter and named_unit in _TIME_UNITS:
            counter = ""
        subject, self._subject = self._subject, ""
        if counter and counter not in self._names:
            self._subject = _subject(lead + key[: len(words_before)]) if first else ""
            self._take_heading(words_before if not first else f"{lead} {words_before}")
            self._add(Kind.COUNTER, counter, token, sign * _MULTIPLES.get(named_unit, 1.0))
            self._before = "counted"
            return
        if subject and (key in _VERBS or (explicit and not key)):
            self.heading = ""
            self._value(subject, token, sign, named_unit)
            return
        is_ratio = bool(self.fields) and before.rstrip().endswith("(")  # `accuracy: 84.13%, (2074785/2466027)`
        places = is_number and not is_ratio and (not key or (_is_split(key) and bool(re.match(r" *\[| */", after))))
        if places and self._positional(text, after, first=first):
            return
        if not key or not last or normal(key) in _IGNORED or after.startswith("%|"):
            self._before = ""
            return
        if not explicit:
            tail = _vocabulary_tail(key)
            if first:
                self._take_heading(key[: len(key) - len(tail)])
            key = tail
        elif not before.endswith((" ", "\t")) and " " in key and not _needs_its_words(key):
            key = _vocabulary_tail(key) or key.split(" ")[-1]  # `stage two val_loss:2.8`: spaces are between the pairs
        if not key or (token != MASK and not explicit and not _vocabulary_tail(key)):
            self._before = ""
            return
        if token != MASK and named_unit:
            self._before = ""  # `step_avg:nanms`: a duration that cannot be told yet
            return
        self._value(key, token, sign, named_unit)

    def _positional(self, text: str, after: str, *, first: bool) -> bool:
        """A number without a key that counts by its place: `[ 10/5005]`, `1875/1875 [===]`, `[1,  2000]`, `[12]`."""
        opened = self.text.lstrip().startswith("[")
        leads = bool(_SPLIT_ONLY.fullmatch(text.strip())) or (first and opened and not text.strip(" ["))
        if leads and re.match(r"/\0\]\s*\[\s*\0/", after):  # Swin: `Train: [0/300][10/1251]`
            self._take_heading(text)
            self._add(Kind.COUNTER, "epoch", MASK, 1.0)
            self._before = "counted"
            return True
        if first and _SPLIT_ONLY.fullmatch(text.strip()) and re.match(r"\]? *\[", after):  # timm: `Train: 0 [  50/1251`
            self._take_heading(text)
            self._add(Kind.COUNTER, "epoch", MASK, 1.0)
            self._before = "counted"
            return True
        if re.match(r"\s*/\s*\0", after):
            if not self.fields:
                self._take_heading(text)
            if not any(one.kind is Kind.WITHIN for one in self.fields):
                self._add(Kind.WITHIN, self._within(after), MASK, 1.0)
                self._before = "counted"
                return True
        if first and opened and not text.strip(" [") and re.match(r", +\0\]", after):
            self._add(Kind.COUNTER, "epoch", MASK, 1.0)
            self._before = "pair"
            return True
        if self._before == "pair" and after.startswith("]"):
            self._add(Kind.COUNTER, "batch", MASK, 1.0)
            self._before = ""
            return True
        if first and opened and not text.strip(" [") and re.match(r"\]\t", after):
            self._add(Kind.COUNTER, "round", MASK, 1.0)
            self._before = ""
            return True
        return False

    def _within(self, after: str) -> str:
        """What is counted within an epoch: PyTorch's examples print samples, everybody else batches."""
        samples = self.text.startswith("Train Epoch:") or re.match(r"\s*/\s*\0\]$", after)
        return SAMPLES if samples else "iter"

    def _value(self, key: str, token: str, sign: float, unit: str) -> None:
        if words(key)[:1] and words(key)[0] in _EXTREMES and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            self._before = ""
            return
        only_split = _is_split(key)
        self._spoken_split(key)
        if self._sticky and not split_of(key) and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            key = f"{self._sticky} {key}"  # `train Loss: 0.69 Acc: 0.6`
        previous = next((one.name for one in reversed(self.fields) if one.kind is Kind.VALUE), "")
        if only_split and previous and split_of(previous):
            stem = " ".join(word for word in previous.split() if not split_of(word))
            key = f"{stem} {key}"  # `loss train: 2.3, val: 2.1`
        if normal(key) in COUNTER_WORDS or normal(key) in {"t", "time"}:
            key = f"{key} ({unit})" if unit else key
        if key in self._names:
            self._before = ""
            return
        self._add(Kind.VALUE, key, token, sign)
        self._before = "value"

    def _spoken_split(self, key: str) -> None:
        """Remember the split of `train Loss`, a word of its own, which holds for the keys behind it."""
        spoken = [word for word in key.split() if _is_split(word)]
        if split_of(key):
            self._sticky = spoken[-1] if spoken and spoken[-1] != key else ""

    def _add(self, kind: Kind, name: str, token: str, sign: float) -> None:
        if token == MASK:
            self.fields.append(Field(kind, name, self.slot, sign))
        else:
            self.fields.append(Field(kind, name, -1, math.nan if token.lower() == "nan" else sign * math.inf))
        if kind in (Kind.COUNTER, Kind.VALUE):
            self._names.add(name)

    def _forget(self, field: Field) -> None:
        self.fields.remove(field)
        self._names.discard(field.name)

    def _take_heading(self, text: str) -> None:
        self.heading += text.strip(" \t[]():|-=*#'\"{")
        if self.split:
            return
        if _SAVING_DICT in text.lower():
            self.split = "eval"
        elif found := _SPLIT_HEADING.search(text):
            self.split = found[1]


def _key_of(before: str, *, behind_a_number: bool) -> tuple[str, str, bool, str]:
    """Return what stands before a number without marks, its key, whether a mark told it, and the last piece of it."""
    text = before
    if behind_a_number:
        unit = UNIT.match(text)
        text = text[unit.end() :] if unit else text
    text = _WRAPPER.sub("", text).rstrip("[({< '\"`")
    explicit = text.endswith((":", "="))
    text = text.rstrip(":= ") if explicit else text.rstrip("#@ ")
    text = text.rstrip(_QUOTES + " ")
    if text.rpartition(" ")[2] in _VERBS and " " in text.strip():
        text = text.rpartition(" ")[0].rstrip().removesuffix(" so far")
    pieces = _CUT.split(text)
    found = _KEY.search(pieces[-1].rstrip(_QUOTES + " ")) if pieces[-1].strip() else None
    key = found[1].strip() if found and not found[1].endswith("-") else ""
    return text, key, explicit, pieces[-1].strip(_QUOTES + " .-*+>)]}")


def _counter(key: str, *, explicit: bool) -> tuple[str, str]:
    """Return the counter that a key names, in the spelling of tables, and the words before it."""
    whole = normal(key)
    if whole in COUNTER_WORDS:
        name = COUNTER_WORDS[whole]
        return ("", "") if name in _LOOSE and not explicit else (name, "")
    if whole == "s" and explicit:
        return "step", ""  # llm.c: `s:10 trl:9.9`
    *context, last = re.split(r"[\s(]+", whole.rstrip(")"))
    if last in {"train", "val", "valid", "test", "eval"} and context:  # Epoch(train)
        inner, _ = _counter(" ".join(context), explicit=explicit)
        return (inner, last) if inner else ("", "")
    if (
        "_" in last
        and last.partition("_")[0] in {"train", "valid"}
        and last.partition("_")[2] in {"num_updates", "epoch"}
    ):
        return COUNTER_WORDS[last.partition("_")[2]], last.partition("_")[0]  # fairseq
    if last in {"epoch", "step", "iteration", "iter", "update", "episode"} and len(context) <= 5:
        bare = [word.strip(".,:;-*=()[]") for word in context]
        if bare[-1:] == ["global"] and last == "step":
            return "global_step", " ".join(context[:-1])
        if bare == ["current"]:
            return COUNTER_WORDS[last], ""
        if bare[-1:] == ["after"]:
            del bare[-1]  # `Cost after iteration 100`
        elif any(map(is_loss_word, bare)) and bare[-1] != "at":
            return "", ""
        if not _NO_COUNTER.intersection(bare):
            return COUNTER_WORDS[last], " ".join(context)
    return "", ""


def _subject(text: str) -> str:
    """Return what is told of a counter: `Training loss` of `Training loss (for one batch) at step 200: 0.9`."""
    name, _, preposition = text.strip().rpartition(" ")
    return _vocabulary_tail(name.partition("(")[0].strip()) if preposition in _PREPOSITIONS else ""


def _needs_its_words(key: str) -> bool:
    return key.rpartition(" ")[2].lower() in _PLAIN_NAMES and key.count(" ") < _LONGEST_PLAIN


def _is_split(key: str) -> bool:
    return len(words(key)) == 1 and split_of(key) is not Split.NONE


def _vocabulary_tail(key: str) -> str:
    """Return the last words of a key that all belong to training, or nothing."""
    tail: list[str] = []
    for word in reversed(key.split(" ")):
        if not _is_of_training(word):
            break
        tail.insert(0, word)
    name = " ".join(tail)
    return name if tail and (_measures(name) or any(map(_measures, tail))) else ""


def _measures(word: str) -> bool:
    return role_of(word, split_of(word)) not in (Unknown, Counter)


def _is_of_training(word: str) -> bool:
    return _measures(word) or bool(split_of(word)) or word.lower() in {
        "avg", "average", "mean", "total", "running", "gradient", "grad", "norm", "learning", "rate", "top", "smoothed",
        "exact", "match", "epoch", "batch",
    }  # fmt: skip
