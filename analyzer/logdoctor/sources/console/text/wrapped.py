"""Values that stand below their name, where a page was too narrow or the loop printed them so.

They stand alone on the next line; or rich wrapped a message within its column: where in the source it was logged stands
behind the first of its lines, and the others lie below that; or pprint gave each entry of a record a line.
"""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.text.passages import Passage

_BELOW = re.compile(r"\n(?:(?<=[:=]\n)|(?<=[:=][ \t]\n))[ \t]*([-+]?[0-9][0-9.]*(?:e[-+]?[0-9]+)?%?)[ \t]*(?=\n)")
"""The end of a line behind a colon, and a number that is all of the next one."""

_RECORD = re.compile(r"^(\{['\"][^{}\n]*,)\n((?: ['\"][^{}\n]*,\n)* ['\"][^{}\n]*\})(?=\n)", re.MULTILINE)
"""A dictionary as pprint prints one that is too long for a line: a line for each entry."""

_COUNTED = re.compile(r"['\"](?:global_)?(?:step|epoch|iter|iteration)['\"]: ")

_WRAPPED = re.compile(
    r"^(.*?\S)[ ]++[\w.-]+\.py:[0-9]+[ ]*\n((?:[ ]{8,}+(?=\S)(?!.*\.py:[0-9]+[ ]*$).*\n)+)", re.MULTILINE
)
"""The first line of a message of rich, which ends in its place in the source, and those below it in its column."""
_MAY_BE_WRAPPED = re.compile(r"\.py:[0-9]+[ ]*\n[ ]{8}")
"""What every such message has, and few others, which is found far sooner: many a log says where it was logged."""


def unwrapped(passage: Passage) -> Passage:
    """Return a passage, line for line, with such values behind their names, and nothing where they were."""
    text = passage.text + "\n" * passage.ended  # of a last line without its end, the last number may be cut off
    if _MAY_BE_WRAPPED.search(text):
        text = _WRAPPED.sub(_joined, text)
    if "\n '" in text:
        text = _RECORD.sub(_in_one_line, text)
    text = _BELOW.sub(r"\1\n", text)
    return replace(passage, text=text[:-1] if passage.ended else text)


def _in_one_line(record: re.Match[str]) -> str:
    """Put the entries of a record in one line; settings, which do not count, stay as they are."""
    if not _COUNTED.search(record[0]):
        return record[0]
    return record[0].replace("\n", "") + "\n" * record[0].count("\n")


def _joined(wrapped: re.Match[str]) -> str:
    first, below = wrapped.groups()
    return " ".join((first, *(line.strip() for line in below.split("\n")[:-1]))) + "\n" * (1 + below.count("\n"))
