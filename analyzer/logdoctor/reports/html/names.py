"""The names of runs and series in the report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from logdoctor.diagnosis import Diagnosis
from logdoctor.reports.escaping import printable
from logdoctor.run import Run
from logdoctor.wording import shown_name

NAMING = re.compile("[Ss]ibling run ")
"""What stands before the name of a run in the words of rules."""

LONGEST = 40
"""Characters of a run's name that are shown; longer ones are cut in the middle."""


@dataclass(frozen=True)
class RunName:
    """A run's name in two parts: what its siblings share, shown dim, and what distinguishes it from them."""

    full: str
    shared: str
    own: str
    path: str
    """The name below the folders that all runs lie in."""
    anchor: int
    """Number of the run on the page."""
    link: str
    """Address of its curves: a place on this page, or on another."""

    @property
    def is_cut(self) -> bool:
        """Whether less than the full name is shown."""
        return self.shared + self.own != self.full


def run_names(diagnosis: Diagnosis, links: Mapping[str, str] | None = None) -> dict[str, RunName]:
    """Return how each run is called, by its name in the diagnosis; `links` are addresses on other pages."""
    runs = [one.run for one in diagnosis.runs]
    shared = len(_common_folders([run.name for run in runs]))
    return {
        run.name: _run_name(run, at, shared, (links or {}).get(run.name, f"#run-{at}")) for at, run in enumerate(runs)
    }


def _run_name(run: Run, at: int, shared: int, link: str) -> RunName:
    full = printable(shown_name(run))
    parts = full.split("/")
    path = "/".join(parts[shared:])
    prefix = "".join(f"{part}/" for part in parts[: max(shared, len(parts) - 1 if len(parts) < 3 else 1)])
    own = full[len(prefix) :] if full.startswith(prefix) and len(prefix) < len(full) else full
    prefix = full[: len(full) - len(own)]
    room = LONGEST - len(prefix)
    if len(full) <= LONGEST:
        return RunName(full, prefix, own, path, at, link)
    if room < LONGEST // 2:
        prefix, room = cut(prefix, LONGEST // 2), LONGEST // 2
    return RunName(full, prefix, cut(own, room), path, at, link)


def unlisted_name(name: str) -> RunName:
    """Return how a run is called that the report has no curves of."""
    called = printable(name)
    return RunName(called, "", called, called, -1, "")


@dataclass(frozen=True)
class Text:
    """A text in which runs are named, in pieces: words, and runs to link to."""

    pieces: tuple[str | RunName, ...]


def linked(text: str, names: dict[str, RunName]) -> Text:
    """Find the runs that a text names (`sibling run sgd/lr=0.1`), the longest name that fits."""
    pieces: list[str | RunName] = []
    while found := NAMING.search(text):
        head, text = text[: found.end()], text[found.end() :]
        named = max((name for name in names if _begins_with(text, name)), key=len, default="")
        pieces += [printable(head), names[named]] if named else [printable(head)]
        text = text[len(named) :]
    return Text((*pieces, printable(text)))


def _begins_with(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _common_folders(names: Sequence[str]) -> list[str]:
    """Return the leading folders that all names share; a name alone shares nothing."""
    if len(names) < 2:
        return []
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*(name.split("/")[:-1] for name in names), strict=False))
    return [level[0] for level in levels]


def cut(text: str, columns: int) -> str:
    """Cut a text in the middle where it is too long: names differ at both ends."""
    if len(text) <= columns:
        return text
    tail = (columns - 1) * 3 // 5
    return f"{text[: columns - 1 - tail]}…{text[len(text) - tail :]}"
