"""What launchers and logging put before a line: who printed it, when, how loudly."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from logdoctor.sources.console.text.passages import Passage

_N = "\0"

_RANK = re.compile("|".join((
    r"\[(?:rank|default|RANK)(?P<torchrun>[0-9]{1,9})\]:?\s?",
    rf"\[(?:rank|RANK|Rank|GPU)[ =](?P<tutorial_slot>{_N})\](?: \|\||:)?\s?",  # also DeepSpeed, Determined
    rf"\[[\w{_N}-]{{1,40}}\] \[rank=(?P<determined_slot>{_N})\](?: \|\|)?\s?",  # behind the name of the container
    r"\[GPU(?P<tutorial>[0-9]{1,9})\]:?\s?",  # PyTorch's, of data in parallel
    rf"\[{_N},(?P<mpirun_slot>{_N})\]<std(?:out|err)>:\s?",
    rf"\[{_N},mpirank:(?P<sagemaker_slot>{_N}),[^\]]*\]<std(?:out|err)>:\s?",
    rf"\s*(?P<srun_slot>{_N}): (?=.*[A-Za-z])",
    rf"(?:worker|node|rank|host)-?(?P<pdsh>[0-9]{{1,9}})?(?P<pdsh_slot>{_N})?: ",  # also deepspeed
    rf"\((?:[\w.()-]+ )?pid={_N}(?:, ip=[{_N}\w.:]+)?\)\s?",  # ray
    rf"[\w.-]+/[{_N}0-9]+ (?=\[)",  # TorchX: `retraining/0 [default0]:`
)))  # fmt: skip
"""Who printed a line: the rank itself, or under a name that ends in `_slot` a number that is the rank."""

_DATE = rf"{_N}[-/.]{_N}[-/.]{_N}"
_CLOCK = rf"(?:{_N}|[0-9]{{2}}):{_N}(?::{_N})?(?:,{_N})?"  # the digits behind a T are part of a word
_DAY = rf"(?:{_N}/{_N}|{_N} [A-Z][a-z]{{2}})"  # also `16 Dec`
_CTIME = (
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{{2}} {{1,2}}{_N} {_N}:{_N}:{_N}(?: [AP]M)?(?: [A-Z]{{3,5}})? {_N}"
)
"""As C and the shell's `date` write a moment: `Wed Apr  8 21:25:58 2020`."""
_MOMENT = rf"(?:{_CTIME}|{_DATE}[T_, ]+{_CLOCK}(?:Z|\+{_N}:?{_N})?|{_DATE}(?=[ \]])|{_CLOCK}(?=[ \]|])|{_DAY} {_CLOCK})"
_LEVEL = r"(?:TRACE|DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|SUCCESS)"
_LOGURU = rf"(?:[\w.]+:[\w<>]+:{_N} - )"  # module:function:line

_FIELD = rf"(?i:train|val|eval|test|dev|epoch|step|iter|batch|loss)\w*|[\w.]+ ?[:=] ?[\[(]?{_N}"
"""What the line is about stands behind the moment as well: `12:00:00 epoch 1 loss 0.5`, `12:00:00 acc: 0.5`."""
_LOGGER = rf"(?:[ ,](?!{_FIELD})[\w.]+(?=\]| ?[|:-]|\s+{_LEVEL}))"

_QUANTITY = r"(?i:\w*(?:loss|acc|lr|rate|err|score|norm|time)\w*\b)"
_PROGRAM = r"(?:__\w+__|root|main|(?i:\w*(?:logger|trainer|training|engine|runner|solver|learner|experiment)))"
_NAMED_LOGGER = rf"(?:(?:(?!{_QUANTITY})\w+\.)+(?!{_QUANTITY})\w+|{_PROGRAM})(?![\w.])"
"""What a program calls its logger: a module by its dotted name, or what it does; nothing that is measured."""

_LOGGING = re.compile("|".join((
    rf"\[?{_MOMENT}{_LOGGER}?\]?:?(?: ?[|:-]+ )?\s*",
    rf"\[{_MOMENT}[^\]]*\]:?\s*",  # [03/14 12:00:00 d2.utils.events]:
    rf"\[{_LEVEL}\|[\w./]+\.py:{_N}\] {_MOMENT} >> ",  # Hugging Face
    rf"\[{_LEVEL}:[\w.]+\]\s*",  # Sockeye
    rf"[\w.]+: \[ *{_LEVEL}\] - ",  # timm's files
    rf"[IWEF][0-9{_N}]+ {_CLOCK}[. {_N}]*[\w./]+(?::{_N})?\] ?",  # glog
    rf"{_LEVEL}:[A-Za-z_][\w.-]*:(?=[A-Za-z\[])",  # logging.BASIC_FORMAT; a logger may be called after the run
    rf"\[?{_LEVEL}\]?(?=[\s:|\[\]-])(?:\s*[-:|]+|\s|(?=\[))\s*"
    rf"{_LOGURU}?(?:[A-Za-z_][\w.]*:(?=\S)|[A-Za-z_][\w.]*:{_N}? - )?\s*",
    rf"\[?{_NAMED_LOGGER}\]?(?: ?[-|:])?[ \t]*(?=\[ *{_N}[\]/])",  # before a position: `trainer: [8] loss=0.5`
    rf"[A-Za-z_][\w.]*(?:\[{_N}\])? (?:[-|:] )?(?={_LEVEL}[\s:|-])",
    rf"[\w.]+ [-|] (?={_LEVEL})",
    r"(?:speechbrain|allennlp)(?:\.[a-z_]+)+ - (?=[A-Z])",  # the logger alone; others say a split or a model so
    r"\[(?:titan|[a-z_]+(?:\.[a-z_]+)+|[\w.]+\.py:[^\]]*|Rank [^\]]*)\]\s*(?:[-:]\s*)?",
    _LOGURU,
    rf"<(?:none|trace|debug|info|warning|error|critical)> +(?=\[{_DATE})",  # Determined's command line
    rf"\[(?:LINE|line):{_N}\]#?\s*",
    rf"[\w./]+\.py:{_N}:? (?:- )?",
    rf"[\w./]+\.py\[line:{_N}\]:? (?:- )?",
    rf"-(?={_LEVEL}: )",  # behind the moment, as `%(asctime)s-%(levelname)s: %(message)s` has it
    rf"-\[[\w.]+\.py line:{_N}\]:?\s*",
    rf"\([\w./]+\.py[ :]{_N}\):? ?",  # Swin
    rf"\[[\w.]+:{_N}, rank={_N}\]\s*",  # OLMo
    rf"[^\t{_N}]{{1,100}}\t[^\t{_N}]{{1,100}}\t(?={_DATE}T)",  # `gh run view --log`: the job, its step
    r'(?:(?:ts|time|timestamp|at|level|lvl|logger|name|caller)=(?:"[^"]*"|\S+) )+msg="',  # logfmt
    rf"{_N}s(?:\t| \| ){_N}(?:\t| \| ) *",  # Kaggle's page of a log: seconds, and the number of the line
    r"[Vv]alidation loss decreased \([^)]*\)\. *Saving model \.\.\. ?(?=Epoch)",  # Udacity, without a line's end
)))  # fmt: skip

_STAMP = re.compile(rf"\[?(?:{_DATE}[T_, ]+)?{_CLOCK}(?:Z|\+{_N}:?{_N})?\]?:?(?:[ \t]|$)(?!.{{0,60}}\b{_LEVEL}\b)")
"""The moment that a collector puts before each line, blank ones too; no level follows, as it does behind a logger's."""

_STAMP_OF_LINE = re.compile(
    r"^\[?(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[T_, ]+)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]{1,9})?"
    r"(?:Z|\+[0-9]{2}:?[0-9]{2})?\]?:?(?:[ \t]|$)"
)
"""The same before its numbers are taken out."""

_OF_A_LOG = r"#?[ \t]?(?=\[?[0-9]|[Ee]poch\b|[ \t]{0,6}[0-9]+[ \t]{2,}[0-9]|E +# +|-{3} +-{6})"
_COMMENT = re.compile(rf"#(?<![^\n]#){_OF_A_LOG}")
_COMMENT_SET_IN = re.compile(rf"\n[ \t]{{1,16}}#{_OF_A_LOG}")
"""What R's knitr and people who paste a log into source code put before each line of it, tables of spaCy with them."""

_COMMENTED_ROW = "% |"
"""The mark of MATLAB's comments before a row of the table that its trainers print."""

_MOST = 8
"""How many prefixes may stand before each other."""

_MOST_REMEMBERED = 1024
"""Shapes whose prefixes are remembered: more than one reader asks, and the lines of tracebacks come again and again."""


@dataclass(frozen=True)
class Stripped:
    """A shape without its prefixes."""

    text: str
    slots: int
    """How many numbers of the line were in the prefixes."""
    rank: int | None = None
    """The rank, where the prefix spells it."""
    rank_slot: int | None = None
    """Which number of the line is the rank, where it is one."""


def uncommented(passage: Passage) -> Passage:
    """Return a passage, line for line, with the marks of comments taken off what may be lines of a log."""
    text = passage.text
    if "#" in text:
        text = _COMMENT.sub("", text)
    if " #" in text or "\t#" in text:
        text = _COMMENT_SET_IN.sub("\n", "\n" + text)[1:]
    may_be = "|" in text and "%" in text  # which are found sooner than both in a row
    if may_be and (text.startswith(_COMMENTED_ROW) or f"\n{_COMMENTED_ROW}" in text):
        text = text.replace(f"\n{_COMMENTED_ROW}", "\n|").removeprefix("% ")
    return passage if text is passage.text else replace(passage, text=text)


def stamps_of(shapes: Collection[str]) -> dict[str, int]:
    """Return how much of each shape is the stamp of a collector, which stamps every line.

    Where some words stand without one, as the header of a table does whose rows say when they were written, none is;
    a line that was written over has none of its own, and numbers.
    """
    if any(_N not in shape and shape.strip() for shape in shapes):
        return {}
    return {shape: found.end() for shape in shapes if (found := _STAMP.match(shape))}


def unstamped(line: str) -> str:
    """Return a line as it was printed, before a collector stamped it."""
    return _STAMP_OF_LINE.sub("", line)


@lru_cache(_MOST_REMEMBERED)
def strip(shape: str) -> Stripped:
    """Take the prefixes off a shape."""
    at, rank, rank_slot = len(shape) - len(shape.lstrip(" ")), None, None
    indent = at
    for _ in range(_MOST):
        found = None
        if rank is None and rank_slot is None and (found := _RANK.match(shape, at)):
            told = next((name for name, one in found.groupdict().items() if one), "")
            if told.endswith("_slot"):
                rank_slot = shape.count(_N, 0, found.start(told))
            elif told:
                rank = int(found[told])
        found = found or _LOGGING.match(shape, at)
        if not found:
            break
        at = found.end()
    return Stripped(shape[at if at > indent else 0 :], shape.count(_N, 0, at), rank, rank_slot)
