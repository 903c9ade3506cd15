"""Find the installed rule packs, and reject a rule that cannot work, with its file and line."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from itertools import chain
from types import ModuleType
from typing import get_type_hints

from logdoctor.errors import ConfigurationError, RulePackError, nearest
from logdoctor.rule import Rule

GROUP = "logdoctor.rules"
"""The entry-point group of rule packs, through which the built-in rules are found too."""

Thresholds = Mapping[str, Mapping[str, float]]
"""Configured thresholds: rule id to threshold name to value."""


def installed_rules(thresholds: Thresholds | None = None) -> tuple[Rule, ...]:
    """Return every rule of every installed pack, ordered by id.

    Raises RulePackError when no rule is installed, when two rules share an id or when one cannot be used, and
    ConfigurationError for a threshold that no rule has.
    """
    rules: dict[str, type[Rule]] = {}
    for rule in chain.from_iterable(rules_in(pack.value) for pack in entry_points(group=GROUP)):
        if rule.id in rules:
            raise RulePackError(f"{_place(rule)}: the id {rule.id!r} is taken by {_place(rules[rule.id])}")
        rules[rule.id] = rule
    if not rules:
        raise RulePackError("no rules are installed; install logdoctor with pip, not by copying its folder")
    configured = thresholds or {}
    for name in configured:
        if name not in rules:
            raise ConfigurationError(f"no rule is called {name!r}, but it has thresholds{nearest(name, sorted(rules))}")
    return tuple(_make(rules[name], configured.get(name, {})) for name in sorted(rules))


def rules_in(package: str) -> Iterator[type[Rule]]:
    """Yield the rules of a package, one from each module below it."""
    for module in _modules_of(package):
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Rule) and member is not Rule and member.__module__ == module.__name__:
                _refuse_unusable(member)
                yield member


def _modules_of(package: str) -> Iterator[ModuleType]:
    try:
        root = import_module(package)
        for info in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
            yield import_module(info.name)
    except Exception as error:
        raise RulePackError(f"rule pack {package} cannot be imported: {type(error).__name__}: {error}") from error


def _make(rule: type[Rule], configured: Mapping[str, float]) -> Rule:
    defaults = {_as_set(name): default for name, default, _ in rule.thresholds()}
    for name, value in ((_as_set(one), value) for one, value in configured.items()):
        if name not in defaults:
            raise ConfigurationError(f"rule {rule.id!r} has no threshold {name!r}{nearest(name, defaults)}")
        if value < 0 <= defaults[name]:
            raise ConfigurationError(
                f"rule {rule.id!r}: the threshold {name!r} is {value:g}, but what it limits is never negative; "
                f"it is {defaults[name]:g} unless set"
            )
    return rule(**configured)


def _as_set(threshold: str) -> str:
    """Return the name of a threshold as it is written in settings."""
    return threshold.replace("_", "-")


def _refuse_unusable(rule: type[Rule]) -> None:
    missing = [name for name in ("id", "title", "severity", "causes", "examples") if not hasattr(rule, name)]
    if missing:
        raise RulePackError(f"{_place(rule)}: rule {rule.__name__} has no {missing[0]}")
    try:
        hints = get_type_hints(rule.check)
    except (NameError, AttributeError) as error:
        raise RulePackError(
            f"{_place(rule)}: the needs of rule {rule.id} cannot be read ({error}); import the names in its check "
            "outside TYPE_CHECKING"
        ) from error
    for name in list(inspect.signature(rule.check).parameters)[1:]:
        if name not in hints:
            raise RulePackError(f"{_place(rule)}: parameter {name!r} of rule {rule.id} has no type")


def _place(rule: type[Rule]) -> str:
    return f"{inspect.getsourcefile(rule)}:{inspect.getsourcelines(rule)[1]}"
