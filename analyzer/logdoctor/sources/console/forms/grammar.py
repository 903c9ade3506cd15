"""Shapes to forms: what the lines of one statement say.

Most of what a log holds is not of training, and is told by what it lacks before it is looked at any closer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import Unknown
from logdoctor.sources.console.forms.form import Field, Form, Kind
from logdoctor.sources.console.forms.frameworks import fixed_form
from logdoctor.sources.console.forms.keys import counter_of
from logdoctor.sources.console.forms.line import BAR, LineReader
from logdoctor.sources.console.forms.line_numbers import LOOK_BACK, NOT_FINITE
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.text.prefixes import strip
from logdoctor.sources.console.words.vocabulary import SPLIT_ROLES, is_split
from logdoctor.sources.console.words.word_filter import WordFilter

LONGEST_SHAPE = 8 * 1024
"""Characters of a line beyond which it is a dump and no record."""

_NO_NUMBER_BUT_NAN = re.compile(
    rf"(?:[:=][ \t]{{0,16}}|(?i:loss|error|err|perplexity|ppl)[ \t]{{1,16}})[-+]?{NOT_FINITE},?\s*$"
)
"""The end of a line without any number that measures all the same: `Test set loss: nan`, `Meta Train Error nan`, and
`"eval_loss": NaN,` of a document that was pasted into a log."""

_NAN = re.compile(r"(?<![a-z])(?:tensor)?(?:nan|inf(?:inity)?)(?:m?s)?(?!\w)")
"""A word for a number that is not finite, with a unit or without; not `info`."""

_HINTS = (
    "loss", "acc", "rate", "epoch", "step", "iter", "lr", "err", "ppl", "bpb", "score", "rew", "return", "metric",
    "f1", "map", "iou", "dice", "ep ", "trl", "tel", "batch", "nll", "entropy", "update", "round", " all ", "norm",
    "it/s", "s/it", "recall", "ndcg", "psnr", "auc", "bleu", "wer", "cer", "val", "train", "test", "trn", "prec",
    "top-", "grad_fn", "episode", "ep_r", " : cost ", "learn: ", "fit progress", " correct (", "\tinfo\t[", ":[\0, ",
    "损失", "損失", "손실", "로스", "准确率", "正确率", "정확도", "学习率", "奖励",
    "поха", "терация", "отер", "шибк", "очн", "аграда", "poque", "poca", "poche", "epoha", "epok", "itéra", "perte",
    "rdida", "perda", "perdita", "verlust", "exactitud", "acur", "genauigkeit", "kay", "ruluk", "pierdere",
    "antrenare", "validare", "pocă",
)  # fmt: skip
"""What every line of interest has something of, without letters beyond ASCII that may be capital; the rest is not
looked at any closer."""

_SPOKEN_OF = re.compile(rf"[:=][ \t]{{0,4}}[-+]?{NOT_FINITE}(?: (?!(?i:nan|inf))[A-Za-z]{{2,24}}){{1,12}}[.!]?\s*$")
"""A number that is not finite and words behind it to the end of the line: `[2/3] loss: nan check enabled`."""

_SECTIONS = ("train", "val", "test")
"""What every heading has one of."""

_SIEVE = WordFilter(_HINTS)
_SIEVE_WITHOUT_NUMBER = WordFilter((*_SECTIONS, "nan", "inf"))

_BARE_KEYS = (
    "loss", "epoch", "step", "iter", "lr", "acc", "ppl", "perplexity", "bpb", "bpc", "norm", "mfu", "dice", "score",
    "rate", "err", "f1", "auc", "wer", "cer", "time", "batch", "update", "round", "reward", "return", "iou", "map",
    "psnr", "@", "all", "train", "test", "val", "eval", "эпоха", "époque", "época", "epocă", "итерация", "шаг", "pas",
    "paso", "passo", "schritt", "pierdere", "validare", "loss is", "perplexity is", "accuracy is", "error is",
    "loss was", "perplexity was", "accuracy was", "error was",
    "batch is", "rate to", "tensor", "损失", "損失", "准确率", "正确率", "손실", "로스", "정확도",
)  # fmt: skip
"""Words that stand before a number without a colon or an equals sign."""


def _backwards(words: Iterable[str]) -> str:
    """Return a pattern of words from their ends on, which has few alternatives at each character."""
    beginnings: dict[str, list[str]] = {}
    for word in words:
        beginnings.setdefault(word[-1], []).append(word[:-1])
    return "|".join(
        re.escape(end) + ("" if "" in rest else f"(?:{_backwards(rest)})") for end, rest in beginnings.items()
    )


_VALUE = re.compile(
    rf"\0[ \t'\"(+#>\u2192-]*+(?:\)\w{{1,24}}\( ?)?"
    rf"(?:[\]:=\[/|\0]|$|[^ \0]{{0,{LOOK_BACK}}}?(?:{_backwards(_BARE_KEYS)}))"
)
"""A number where a log has a value, from the end of a line on: behind a mark, a key or nothing. Looked for so, because
a line has fewer numbers than words."""

_SECTION = re.compile(
    r"[^\w\[({<]{0,12}(?:(?:running|starting|start|begin|beginning|checking accuracy on) )?"
    r"(train|training|val|valid|validation|validating|eval|evaluation|evaluating|test|testing)\b"
    r"[\w ]{0,24}(?::|\.\.\.|\u2026{1,2})?[\s*=-]*$",
    re.I,
)
_LONGEST_SECTION = 80
_ONLY_SPLIT = re.compile(r"\W*(?:train(?:ing)?|val(?:id(?:ation)?)?|eval(?:uation)?|dev|test)(?: set| data)?\W*", re.I)
"""What a line says before its first key that only tells the split: `[validation] Loss: 0.5`."""

_WORDS = re.compile(r"[^\W\d_]+")
_SAID_IN_HEADINGS = frozenset(
    "epoch epochs ep step steps iteration iter round episode of out phase mode split stage set data dataset loop "
    "begin begins start starts starting started running run on the in for at after result results summary stats "
    "statistics metrics performance report".split()
)
"""What a heading says beside its counter and its split."""

_CODE = re.compile(r"^\s*(?:def|class|import|from|return|if|elif|for|while|assert|with|print|@|#include|//)\b.*[:(]")
CALLED = re.compile(
    r"\bNamespace\(\w|^(?:.{0,80}[$+>#] ?)?(?:\w{1,40}=\S{0,80} ){0,8}(?:python[\d.]*|torchrun|srun|deepspeed) "
    r"(?:\S{1,80} ){0,8}?\S{1,200}\.py\b"
)
"""What a script was called with, as argparse prints it or a shell did: what counts there is planned."""

_WARNING = re.compile(r"\.py:\0: \w{0,40}Warning: ")
"""How Python begins a warning, behind the path of the script: its numbers measure nothing."""

_REQUEST = re.compile(r"\b(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS) [^ ]{1,400} HTTP/\0")
"""What a server writes of a request: so do these."""

_NAMED_VALUE = re.compile(r"=\(\w{1,40},([-+]?(?:\0|nan|inf))\)")
"""How MXNet in Scala prints a metric, as a pair: `Train-accuracy=(accuracy,0.96)`."""

_NAME_IN_BRACKETS = re.compile(
    r"\[(?P<name>[A-Za-z][A-Za-z_ ./@-]{0,23})\](?:[ \t]{0,4}[:=][ \t]{0,8}|[ \t]{1,8})(?=[-+]?(?:\0|nan|inf))"
)
"""A name in brackets, and its number behind them: `[epoch]: 199, [loss]: 4.99`, `[Loss] 0.52`."""

_EAGER_TENSOR = re.compile(rf"<tf\.Tensor: shape=\(\), dtype=\w{{1,16}}, numpy=([-+]?(?:{MASK}|nan|inf))>")
"""How TensorFlow prints a number within a dictionary."""

_BEFORE_ITS_NAME = re.compile(
    r"(?<=[\s:|,;])\0(?P<unit>%?) (?P<name>(?:[a-z.]{1,12} ){0,3}?(?:loss|accuracy|acc|error|perplexity))"
    r"(?=[ \t]*(?:[,;|]|$))",
    re.I,
)
"""A number and behind it what it measures: `epoch 3: 0.52 train loss, 91.5% accuracy`. One alone may be prose."""

_BARE_LOSS = re.compile(
    rf"\s*tensor\(\[?(-?(?:{MASK}|nan|inf))\]?,[^()<>]*grad_fn=<"
    r"(?:\w*(?:Loss|Entropy|KlDiv)\w*|(?:Add|Sub|Mul|Div|Neg|Mean|Sum))(?:With\w+)?Backward\d?>\)\s*"
)
"""A tensor that a loop prints alone, and that a loss was the last to compute, or what joins terms: `print(loss)`."""

_STRAY_COMMA = re.compile(r"(?<=\w):,(?= {0,2}[-+]?(?:\0|nan|inf))")
"""What is left of `print("loss:", loss)` where it became a format: `Test loss:, 0.52`."""

_TWO_AT_ONCE = re.compile(
    r"(?<![\w/])(?P<one>[A-Za-z]\w{0,24}) ?/ ?(?P<other>[A-Za-z]\w{0,24})(?P<mark> ?[:=] ?)"
    r"(?P<first>-?(?:\0|nan|inf)) ?/ ?(?=-?(?:\0|nan|inf))"
)
"""Two quantities and a number for each, as in PaddlePaddle's tutorials: `accuracy/loss: 0.91/0.34`."""

_QUOTED_PAIR = re.compile(
    r"\(?(?P<quote>['\"])(?P<name>[A-Za-z][\w ./@-]{0,40}?)[ :=]{0,3}(?P=quote), "
    r"(?P<value>[-+]?(?:\0|nan|inf))(?=[,)])\)?"
)
"""A name in quotes and a number, as Python prints tuples and ordered dictionaries: `('loss', 0.52), ('lr', 0.1)`."""

_LOSSES_OF_PARTS = re.compile(r"(?<!\w)losses[ \t:=]{0,3}(?=\{)(?P<parts>\{[^{}]{1,400}\})", re.I)
_PART = re.compile(r"(?P<quote>['\"])(?P<name>[a-z]\w{0,23})(?P=quote)(?=: )", re.I)
"""Losses named after the parts of a model, as loops around spaCy print them: `Losses {'ner': 9.5}`."""

_SPLIT_PAIR = r"(?:train(?:ing)?|val(?:id(?:ation)?)?|dev|test|eval)(?: ?[:=] ?| )[-+]?(?:\0|nan|inf)%?"
_SPLITS_OF_ONE = re.compile(
    rf"(?<![\w/])(?P<name>[A-Za-z]\w{{0,24}}) ?[:=]? ?[\[({{]? ?"
    rf"(?P<pairs>{_SPLIT_PAIR}(?: ?[,/;]? ?{_SPLIT_PAIR}){{1,3}})",
    re.I,
)
"""A quantity with a number for every split, of which a line has several: `loss: train=0.5, val=0.6 | acc: train=0.9,
val=0.8`."""
_ITS_SPLIT = re.compile(r"(?<![A-Za-z])([A-Za-z]+)(?=[ :=])")

_COUNT_FIRST = re.compile(
    r"^(?P<lead>[^\w\0]*)(?:after \0 (?P<several>epochs?|steps?|iterations?)|\0 (?P<one>epoch(?!s)|step|iteration)s?)"
    r"(?=\s{0,4}[:,;|-](?! {0,4}\0))",
    re.I,
)
"""A count before the word for it, at the beginning of a line, and no number behind that: `After 3 epochs: loss 0.5`,
`3. epoch | loss: 0.5`."""

_AT_COUNT = re.compile(r"(?<=\w) @ (?=(?:epoch|step|iter))", re.I)
"""A sign for a word: `Train loss @ epoch 3 = 0.5`."""

_SUM_OF_LOSSES = "train==["
"""What NGCF, and the recommenders that were made of it, write before a loss and its terms: `train==[3.5=3.0 + 0.5]`.

Of held-out data are the ranks that follow it on the same line."""

_FLAX = re.compile(r"\b(Epoch|Step)\.\.\. (?=\(\0)")
"""A counter of Hugging Face's examples for Flax: `Epoch... (1/3 | Loss: 0.5)`, `Step... (500 | Loss: 0.5)`."""

_ICEFALL = re.compile(r"\b(tot_loss)\[loss=")
"""The running mean that icefall prints behind the loss of a batch, with the names of its terms once more."""

_LEROBOT = " epch:"
"""LeRobot's word for epochs; its `ep` counts episodes of the data."""


def promising(shapes: Iterable[str]) -> list[str]:
    """Return those of many shapes that may hold something of training; `parse` gives None for the others."""
    without, numbered = [], []
    for shape in shapes:
        if MASK not in shape:
            without.append(shape)
        elif _has_value(shape.lower()):
            numbered.append(shape)
    return _SIEVE_WITHOUT_NUMBER.pass_on(without) + _SIEVE.pass_on(numbered)


def parse(shape: str) -> Form | None:
    """Read a shape; None when it holds nothing of training."""
    if MASK not in shape and not _NO_NUMBER_BUT_NAN.search(shape):
        return _section(shape)
    shape = _before_warning(shape)
    if (
        len(shape) > LONGEST_SHAPE
        or not _may_be_data(shape)
        or _CODE.match(shape)
        or _REQUEST.search(shape)
        or CALLED.search(shape)
    ):
        return None
    return _fixed(shape) or _form(shape) or (None if MASK in strip(shape).text else _section(shape))


def _fixed(shape: str) -> Form | None:
    """Read a line of a fixed form, which may stand behind what a launcher or a collector put before it."""
    if found := fixed_form(shape):
        return found
    stripped = strip(shape)
    behind = fixed_form(stripped.text) if stripped.text != shape else None
    return None if behind is None else behind.behind(stripped.slots)


def _before_warning(shape: str) -> str:
    """Return what a line says before a warning of Python, which stands behind a bar that no line end has ended."""
    warning = _WARNING.search(shape)
    if warning is None:
        return shape
    script = shape.rfind(" ", 0, warning.start()) + 1
    root = shape.find("/", script, warning.start())
    return shape[: script if root < 0 else root]


def _form(shape: str) -> Form | None:
    """Read a line whose numbers stand behind their keys."""
    stripped = strip(_names_first(shape.replace(" ep:", " episodes:") if _LEROBOT in shape else shape))
    text = _COUNT_FIRST.sub(rf"\g<lead>\g<several>\g<one>: {MASK}", stripped.text, count=1)
    reader = LineReader(text, stripped.slots)
    reader.read()
    fields = _batches_of_evaluation(reader.fields) if BAR.search(text) else tuple(reader.fields)
    if not fields:
        return None
    headed = _split_of_heading(text) if all(one.kind in (Kind.COUNTER, Kind.PLAN) for one in fields) else ""
    return Form(
        fields,
        headed or reader.split,
        is_bar=bool(BAR.search(text)) and any(one.kind is Kind.WITHIN for one in fields),
        counter_first=fields[0].kind is Kind.COUNTER and not any(map(str.isalnum, reader.heading)),
        value_first=fields[0].kind is Kind.VALUE
        and (not any(map(str.isalnum, reader.heading)) or bool(_ONLY_SPLIT.fullmatch(reader.heading))),
        is_dict=text.startswith("{") and text.rstrip().endswith("}"),
        heads=bool(headed),
        speaks_of_failure=any(one.slot < 0 for one in fields) and bool(_SPOKEN_OF.search(text)),
        rank=stripped.rank,
        rank_slot=stripped.rank_slot,
    )


def _batches_of_evaluation(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Take the step of a bar that measures only held-out data for the position within one evaluation.

    Poutyne counts the batches of its evaluations as those of training: `Epoch: 1/20 Step: 3/16 |... val_loss: 2.1`.
    """
    values = [one.name for one in fields if one.kind is Kind.VALUE]
    counted = [one.name for one in fields if one.kind is Kind.COUNTER]
    planned = [one.name for one in fields if one.kind is Kind.PLAN]
    of_evaluation = bool(values) and all(split_of(name).is_held_out for name in values)
    if counted != ["epoch", "step"] or counted != planned or not of_evaluation:
        return tuple(fields)
    within = {Kind.COUNTER: Kind.WITHIN, Kind.PLAN: Kind.LENGTH}
    return tuple(replace(one, kind=within.get(one.kind, one.kind)) if one.name == "step" else one for one in fields)


def _names_first(shape: str) -> str:
    """Return a line with each name right before its number, as nearly all have it, and nothing between them."""
    if "grad_fn" in shape and (bare := _BARE_LOSS.fullmatch(shape)):
        return f"loss: {bare[1]}"
    if ":," in shape:
        shape = _STRAY_COMMA.sub(":", shape)
    if "=(" in shape:
        shape = _NAMED_VALUE.sub(r"=\1", shape)
    if "', " in shape or '", ' in shape:
        shape = _QUOTED_PAIR.sub(r"\g<name>: \g<value>", shape)
    if "] " in shape or "]:" in shape or "]=" in shape:
        shape = _NAME_IN_BRACKETS.sub(_without_brackets, shape)
    if "osses" in shape:
        shape = _LOSSES_OF_PARTS.sub(_losses_by_name, shape)
    if "... (" in shape:
        shape = _FLAX.sub(r"\1 ", shape)
    if "tot_loss[" in shape:
        shape = _ICEFALL.sub(r"\1[\1=", shape)
    if "<tf." in shape:
        shape = _EAGER_TENSOR.sub(r"\1", shape)
    shape = _TWO_AT_ONCE.sub(_one_by_one, shape.replace(_SUM_OF_LOSSES, "loss=["))
    if " @ " in shape:
        shape = _AT_COUNT.sub(" at ", shape)
    if len(_SPLITS_OF_ONE.findall(shape)) > 1:
        shape = _SPLITS_OF_ONE.sub(_named_by_split, shape)
    if len(_BEFORE_ITS_NAME.findall(shape)) > 1:
        shape = _BEFORE_ITS_NAME.sub(rf"\g<name>: {MASK}\g<unit>", shape)
    return shape


def _without_brackets(told: re.Match[str]) -> str:
    """Take the brackets off a name that measures or counts; others say what the line is of: `[rank] 3`."""
    name = told["name"]
    return f"{name}: " if _measures(name) or counter_of(name, explicit=True)[0] else told[0]


def _losses_by_name(told: re.Match[str]) -> str:
    """Say of each part what is measured of it, unless it does so itself or is none: `{'ner loss': 9.5, 'step': 20}`."""
    return _PART.sub(lambda part: f"'{part['name']} loss'" if _is_part(part["name"]) else part[0], told["parts"])


def _is_part(name: str) -> bool:
    """Tell a name that says nothing of what it is: neither what is measured nor a rate, a time or a count."""
    return role_of(name, Split.NONE) is Unknown and counter_of(name, explicit=True) == ("", "")


def _measures(name: str) -> bool:
    """Tell whether a name says what it measures, and that is measured on splits."""
    return issubclass(role_of(name, Split.NONE), SPLIT_ROLES)


def _named_by_split(told: re.Match[str]) -> str:
    """Give the numbers of each split the name of what they measure, where that is measured on splits."""
    return _ITS_SPLIT.sub(rf"\1 {told['name']}", told["pairs"]) if _measures(told["name"]) else told[0]


def _one_by_one(told: re.Match[str]) -> str:
    """Give each of two numbers its own name, where both names measure, each something else."""
    roles = [role_of(told[name], Split.NONE) for name in ("one", "other")]
    if roles[0] is roles[1] or not all(issubclass(role, SPLIT_ROLES) for role in roles):
        return told[0]
    return f"{told['one']}{told['mark']}{told['first']}, {told['other']}{told['mark']}"


def _may_be_data(shape: str) -> bool:
    """Tell quickly whether a line can say anything: it has a word of training, and a value where a log has one."""
    lower = shape.lower()
    return _has_value(lower) and any(map(lower.__contains__, _HINTS))


def _has_value(lower: str) -> bool:
    not_finite = "nan" in lower or "inf" in lower
    return bool(_VALUE.search(lower[::-1]) or (not_finite and _NAN.search(lower)))


def _split_of_heading(text: str) -> str:
    """Return the split that a line which only counts says the next ones are of: `Epoch 3 validation:`; or nothing."""
    if len(text) >= _LONGEST_SECTION:
        return ""
    told = [word for word in _WORDS.findall(text.lower()) if word not in _SAID_IN_HEADINGS]
    return told[0] if len(told) == 1 and is_split(told[0]) else ""


def _section(shape: str) -> Form | None:
    """Read a line that only says what the next ones measure: `Test Error:`."""
    lower = shape.lower()
    if len(lower) >= _LONGEST_SECTION or not any(map(lower.__contains__, _SECTIONS)):
        return None
    found = _SECTION.match(strip(shape).text)
    return Form((), found[1].lower()) if found else None
