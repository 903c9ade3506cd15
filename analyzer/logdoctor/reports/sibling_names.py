"""Names of sibling runs in the report on a run: without the folders that both lie in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import PurePosixPath

from logdoctor.reports.entries import Entry

_NAMING = r"(?<=\bsibling run )"


def briefly(entries: Iterable[Entry], names: AbstractSet[str]) -> list[Entry]:
    """Return entries whose causes name siblings from the folder that a run shares with each: `lr-0.1` beside `lr-1.0`.

    A run is named in full where what is left of its name is that of another one; `names` are those of all runs.
    """
    return [_briefly(one, names) for one in entries]


def _briefly(entry: Entry, names: AbstractSet[str]) -> Entry:
    folders = [f"{folder}/" for folder in PurePosixPath(entry.run.name).parents if str(folder) not in (".", "/")]
    if not folders or not entry.finding.causes:
        return entry
    shared = re.compile(_NAMING + rf"(?P<folder>{'|'.join(map(re.escape, folders))})(?P<rest>\S+)")

    def within(text: str) -> str:
        return shared.sub(lambda found: found[0] if found["rest"].rstrip(",.;") in names else found["rest"], text)

    causes = tuple(
        replace(
            one,
            pro=tuple(map(within, one.pro)),
            contra=tuple(map(within, one.contra)),
            fixes=tuple(replace(fix, tested=within(fix.tested), basis=within(fix.basis)) for fix in one.fixes),
        )
        for one in entry.finding.causes
    )
    return replace(entry, finding=replace(entry.finding, causes=causes))
