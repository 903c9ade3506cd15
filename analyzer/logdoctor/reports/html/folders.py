"""The folders of the runs, for the navigation and for dividing many runs among pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor.reports.html.runs import RunView, run_link
from logdoctor.run import Run

MAX_FOLDERS = 24
"""Folders that the navigation lists; the filter finds the others."""

DEEPEST = 4
"""Levels that all runs may share before the navigation gives up looking for where they part."""

RUNS_OF_A_PAGE = 50
"""Runs that one page of many holds; the folders of one page lie beside each other."""


@dataclass(frozen=True)
class Folder:
    """A folder of the navigation."""

    name: str
    link: str
    severity: str
    """Of the worst finding in it; empty where that is a note or nothing."""
    worst: int
    """How many runs have such a finding."""
    runs: int


def folders(rows: Sequence[RunView]) -> tuple[Folder, ...]:
    """Return the folders of several runs where the runs part, with their worst counts; none where all lie in one."""
    paths = [row.name.full.split(":")[0].split("/") for row in rows]
    depth = 1
    while depth < DEEPEST and len({tuple(path[:depth]) for path in paths}) == 1 and min(map(len, paths)) > depth:
        depth += 1
    groups: dict[str, list[RunView]] = {}
    for row, path in zip(rows, paths, strict=True):
        groups.setdefault("/".join(path[:depth]), []).append(row)
    several = {name: group for name, group in groups.items() if len(group) > 1}
    return tuple(_folder(name, group) for name, group in sorted(several.items())) if len(groups) > 1 else ()


def _folder(name: str, rows: Sequence[RunView]) -> Folder:
    rank = max(row.rank for row in rows)
    severity = next(row.severity for row in rows if row.rank == rank)
    return Folder(name, run_link(name), severity if rank > 1 else "", sum(row.rank == rank for row in rows), len(rows))


def divided(runs: Sequence[Run]) -> list[tuple[str, list[Run]]]:
    """Divide runs among pages: a name for the file of each page, and its runs.

    A page holds whole folders as far as they fit; one that does not fit is divided at its folders, and at last by
    count.
    """
    pages: list[list[Run]] = []
    for part in _parts(sorted(runs, key=lambda run: run.name.split("/")), 1):
        if pages and len(pages[-1]) + len(part) <= RUNS_OF_A_PAGE:
            pages[-1] += part
        else:
            pages.append(list(part))
    digits = len(str(len(pages)))
    return [(f"{at:0{digits}}-{_file_name(page[0])}.html", page) for at, page in enumerate(pages, start=1)]


def _parts(runs: Sequence[Run], depth: int) -> Iterator[list[Run]]:
    """Yield groups of runs that fit on a page, each from one folder, in order."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault("/".join(run.name.split("/")[:depth]), []).append(run)
    for group in groups.values():
        if len(group) <= RUNS_OF_A_PAGE:
            yield group
        elif len(groups) == 1 and all(run.name.count("/") < depth for run in group):
            yield from (group[at : at + RUNS_OF_A_PAGE] for at in range(0, len(group), RUNS_OF_A_PAGE))
        else:
            yield from _parts(group, depth + 1)


def _file_name(run: Run) -> str:
    """Return the first folder of a run in letters that every file system and address takes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", run.name.split("/")[0]).strip("-")[:40] or "runs"
