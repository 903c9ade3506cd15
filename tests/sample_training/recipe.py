"""What a sample is: a training, a fault planted in it or none, and what should be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .history import History
from .write import Writer


@dataclass(frozen=True)
class Sample:
    """One run: how it is trained and logged, and the rules and causes that are right for it."""

    train: Callable[[], History]
    write: Writer
    expect: tuple[str, ...] = ()
    """Rules that must fire."""
    accept: tuple[str, ...] = ()
    """Rules that may fire, too."""
    causes: tuple[str, ...] = ()
    """Causes that are right."""


@dataclass(frozen=True)
class Recipe:
    """One folder below sample_logs/."""

    folder: str
    run: str
    """What is trained, in one sentence."""
    planted: str | None
    """The fault, in one sentence."""
    framework: str
    """Whose way of logging it is, and the file."""
    samples: Mapping[str, Sample]
    """Runs by name relative to the folder, "." for the folder itself."""
    comparisons: tuple[str, ...] = ()
    """Comparisons of its runs that must be made."""

    @property
    def expected(self) -> dict[str, object]:
        """Return what `expected.json` says."""
        return {
            "run": self.run,
            "planted": self.planted,
            "framework": self.framework,
            "findings": {
                name: {"expect": [*one.expect], "accept": [*one.accept], "causes": [*one.causes]}
                for name, one in self.samples.items()
            },
        } | ({"comparisons": [*self.comparisons]} if self.comparisons else {})
