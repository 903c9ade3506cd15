"""What launchers and logging put before a line: who printed it, when, how loudly."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from logdoctor.sources.console.passages import Passage

_N = "\0"

_RANKS = tuple(map(re.compile, (
    r"\[(?:rank|default|RANK)(?P<rank>[0-9]{1,9})\]:?\s?",  # torch, torchrun
    rf"\[(?:rank|RANK|Rank) (?P<slot>{_N})\]:?\s?",  # PyTorch's tutorials, DeepSpeed
    rf"\[{_N},(?P<slot>{_N})\]<std(?:out|err)>:\s?",  # mpirun
    rf"\s*(?P<slot>{_N}): (?=.*[A-Za-z])",  # srun -l
    rf"(?:worker|node|rank|host)-?(?P<rank>[0-9]{1,9})?(?P<slot>{_N})?: ",  # deepspeed, pdsh
    rf"\((?:[\w.()-]+ )?pid={_N}(?:, ip=[{_N}\w.:]+)?\)\s?",  # ray
    rf"[\w.-]+/[{_N}0-9]+ (?=\[)",  # TorchX: `retraining/0 [default0]:`
)))  # fmt: skip

_DATE = rf"{_N}[-/.]{_N}[-/.]{_N}"
_CLOCK = rf"(?:{_N}|[0-9]{{2}}):{_N}(?::{_N})?(?:,{_N})?"  # the digits behind a T are part of a word
_MOMENT = rf"(?:{_DATE}[T_, ]+{_CLOCK}(?:Z|\+{_N}:?{_N})?|{_DATE}(?=[ \]])|{_CLOCK}(?=[ \]|])|{_N}/{_N} {_CLOCK})"
_LEVEL = r"(?:TRACE|DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|SUCCESS)"
_LOGURU = rf"(?:[\w.]+:[\w<>]+:{_N} - )"  # module:function:line

_LOGGING = tuple(map(re.compile, (
    rf"\[?{_MOMENT}(?:[ ,][\w.]+)?\]?:?(?: ?[|:-]+ )?\s*",
    rf"\[{_MOMENT}[^\]]*\]:?\s*",  # [03/14 12:00:00 d2.utils.events]:
    rf"[IWEF][0-9{_N}]+ {_CLOCK}[. {_N}]*[\w./]+(?::{_N})?\] ?",  # glog
    rf"\[?{_LEVEL}\]?(?=[\s:|\]-])(?:\s*[-:|]+|\s)\s*{_LOGURU}?(?:[A-Za-z_][\w.]*:(?=\S)|[A-Za-z_][\w.]*:{_N}? - )?\s*",
    rf"[A-Za-z_][\w.]*(?:\[{_N}\])? (?:[-|:] )?(?={_LEVEL}[\s:|-])",
    rf"[\w.]+ [-|] (?={_LEVEL})",
    r"\[(?:titan|[a-z_]+(?:\.[a-z_]+)+|[\w.]+\.py:[^\]]*|Rank [^\]]*)\]\s*(?:[-:]\s*)?",
    _LOGURU,
    rf"\[(?:LINE|line):{_N}\]#?\s*",
    rf"[\w./]+\.py:{_N}:? (?:- )?",
    rf"\([\w./]+\.py[ :]{_N}\):? ?",  # Swin
    rf"\[[\w.]+:{_N}, rank={_N}\]\s*",  # OLMo
)))  # fmt: skip

_COMMENT = re.compile(r"#(?<![^\n]#)#?[ \t]?(?=\[?[0-9]|[Ee]poch\b)")
"""What R's knitr and people who paste a log into source code put before each line of it."""

_MOST = 8
"""How many prefixes may stand before each other."""


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
    return replace(passage, text=_COMMENT.sub("", passage.text)) if "#" in passage.text else passage


def strip(shape: str) -> Stripped:
    """Take the prefixes off a shape."""
    at, rank, rank_slot = 0, None, None
    for _ in range(_MOST):
        if rank is None and rank_slot is None:
            found = next((match for one in _RANKS if (match := one.match(shape, at))), None)
            if found is not None:
                groups = found.groupdict()
                if groups.get("slot"):
                    rank_slot = shape.count(_N, 0, found.start("slot"))
                elif groups.get("rank"):
                    rank = int(groups["rank"])
                at = found.end()
                continue
        found = next((match for one in _LOGGING if (match := one.match(shape, at)) and match.end() > at), None)
        if found is None:
            break
        at = found.end()
    return Stripped(shape[at:], shape.count(_N, 0, at), rank, rank_slot)
