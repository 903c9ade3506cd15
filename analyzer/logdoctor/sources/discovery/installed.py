"""The sources that are installed, and which of them claims a file."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from fnmatch import fnmatch, translate
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from logdoctor.sources.source import Head, Source

GROUP = "logdoctor.sources"
"""The entry-point group through which every source comes in, the built-in ones too."""

PLAIN_LOG = "train.log"
"""The name that stands for an unknown one, under which text, a table or JSON lines are recognised."""


@cache
def installed_sources() -> tuple[Source, ...]:
    """Return one instance of every source of every installed package, the most specific first."""
    found = [source() for point in entry_points(group=GROUP) for source in _sources_in(point.value)]
    return tuple(sorted(found, key=lambda source: (-source.precedence, source.name)))


def _sources_in(package: str) -> Iterator[type[Source]]:
    root = import_module(package)
    for info in pkgutil.iter_modules(root.__path__, prefix=f"{package}."):
        module = import_module(info.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Source) and not inspect.isabstract(member) and member.__module__ == module.__name__:
                yield member


@cache
def _known_names() -> re.Pattern[str]:
    patterns = {pattern.lower() for source in installed_sources() for pattern in source.patterns}
    return re.compile("|".join(sorted(map(translate, patterns))))


def is_known(name: str) -> bool:
    """Tell whether a file of this name may be a log."""
    return _known_names().match(name.lower()) is not None


def sources_for(name: str) -> Iterator[Source]:
    """Yield the sources that know files of a name, the most specific first."""
    name = name.lower()
    return (one for one in installed_sources() if any(fnmatch(name, pattern.lower()) for pattern in one.patterns))


def source_of(head: Head) -> Source | None:
    """Return the source of a file; one of an unknown name was given by the user, and may be any plain log."""
    name = head.path.name if is_known(head.path.name) else PLAIN_LOG
    # A source that fails claims the file: the attempt to read it shows what is wrong with either.
    return next((one for one in sources_for(name) if recognizes(one, head, if_it_fails=True)), None)


def recognizes(source: Source, head: Head, *, if_it_fails: bool) -> bool:
    """Ask a source whether a file is its own; return `if_it_fails` where it raises anything."""
    try:
        return source.recognizes(head)
    except Exception:  # noqa: BLE001 - a source is a plug-in: whatever it raises must not stop the others
        return if_it_fails
