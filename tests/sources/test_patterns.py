"""Every regular expression of the readers takes linear time: four times the text takes about four times as long."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from types import ModuleType

import pytest

import logdoctor.grouping
import logdoctor.sources

LONG = 4000
"""Characters of the longer of two texts; the other is a quarter of it."""

QUADRATIC = 9.0
"""Between the 4 of linear time and the 16 of quadratic time."""

NOTICEABLE = 1e-3
"""Seconds; less is noise."""

MOST_GIVEN = {"console.forms.keys._KEY": 160, "console.damage.mending._LAST_NUMBER": 400}
"""Characters that a pattern is given at most (`_LOOK_BACK`, `LONGEST_NUMBER`) where its time is not linear."""

SHORT = 10e-3
"""Seconds that such a pattern may take for the longest text that it is given."""

COMMON = ("a", "1", " ", ".")
OTHERS = tuple(",:=-+|()[]{}<>\"'\\/#%*_eE\t\n\0\x1b\ufffd\udc80")

Use = Callable[[str], object]


def modules() -> Iterator[ModuleType]:
    for package in (logdoctor.sources, logdoctor.grouping):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(info.name)


def compiled_in(value: object) -> Iterator[re.Pattern[str]]:
    """Yield every pattern in a value; one of bytes as the same of text."""
    if isinstance(value, re.Pattern):
        of_bytes = isinstance(value.pattern, bytes)
        yield re.compile(value.pattern.decode("ascii"), value.flags) if of_bytes else value
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from compiled_in(one)


def uses_in(module: ModuleType) -> dict[str, set[str]]:
    """Return the methods that a module calls on each of its names."""
    uses: dict[str, set[str]] = {}
    loops: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
        if isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Name):
            targets = {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
            loops.setdefault(node.iter.id, set()).update(targets)
    return {
        name: set().union(*(uses.get(one, set()) for one in {name, *loops.get(name, ())})) for name in {*uses, *loops}
    }


def patterns() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Yield every pattern under its name, with a way in which it is used; `search` where that does not show."""
    for module in modules():
        uses = uses_in(module)
        for name, value in vars(module).items():
            for pattern in compiled_in(value):
                ways = {
                    "search" if way in ("sub", "split", "finditer", "findall") else way for way in uses.get(name, ())
                }
                for way in sorted(ways & {"search", "match", "fullmatch"}) or ["search"]:
                    yield f"{module.__name__.removeprefix('logdoctor.').removeprefix('sources.')}.{name}", pattern, way


PATTERNS = list(patterns())


def texts(pattern: str, length: int) -> Iterator[str]:
    """Yield texts of what a pattern speaks of, repeated, with a beginning it may ask for and an end that it may not."""
    atoms = [*COMMON, *(one for one in OTHERS if one in pattern or re.escape(one) in pattern)]
    words = re.findall(r"[A-Za-z]{3,}[ (]?", pattern.replace("\\s", "").replace("\\b", ""))[:6]
    for unit in [*atoms, *words, *("".join(pair) for pair in product(atoms, repeat=2))]:
        for before in ("", *(words[:2] if len(unit) == 1 else ())):
            yield f"{before}{unit * (length // len(unit))}!"


def seconds(use: Use, text: str) -> float:
    begun = time.process_time()
    use(text)
    return time.process_time() - begun


def is_quadratic(use: Use, short: str, long: str) -> bool:
    def spent(text: str) -> float:
        return min(seconds(use, text) for _ in range(3))

    return seconds(use, long) > NOTICEABLE and spent(long) > max(NOTICEABLE, QUADRATIC * spent(short))


@pytest.mark.parametrize(("name", "pattern", "way"), PATTERNS, ids=[f"{name}-{way}" for name, _, way in PATTERNS])
def test_no_pattern_takes_more_than_linear_time(name: str, pattern: re.Pattern[str], way: str) -> None:
    use: Use = getattr(pattern, way)
    if name in MOST_GIVEN:
        assert (
            max(min(seconds(use, text) for _ in range(3)) for text in texts(pattern.pattern, MOST_GIVEN[name])) < SHORT
        )
        return
    for short, long in zip(texts(pattern.pattern, LONG // 4), texts(pattern.pattern, LONG), strict=True):
        assert not is_quadratic(use, short, long), long[:40]


def test_the_patterns_are_found_and_a_quadratic_one_would_be_told() -> None:
    written = sum(inspect.getsource(module).count("re.compile(") for module in modules())
    assert len({(name, pattern.pattern) for name, pattern, _ in PATTERNS}) >= written - 1  # one is made of file names
    use = re.compile(r"\w+:\d").search
    assert is_quadratic(use, "a" * (LONG // 4), "a" * LONG)
