"""Find the installed rule packs, and refuse a rule that could not work, with its file and line."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module
from importlib.metadata import entry_points
from typing import get_type_hints

from logdoctor.errors import ConfigurationError, RulePackError
from logdoctor.rule import Rule

GROUP = "logdoctor.rules"
"""The entry-point group through which every rule comes in, the built-in ones too."""

Thresholds = Mapping[str, Mapping[str, float]]
"""Configured thresholds: rule id to threshold name to value."""


def installed_rules(thresholds: Thresholds | None = None) -> tuple[Rule, ...]:
    """Return every rule of every installed pack, ordered by id.

    Raises RulePackError when no rule is installed, when two rules share an id or when one cannot be used, and
    ConfigurationError for a threshold that no rule has.
    """
    rules: dict[str, type[Rule]] = {}
    for pack in entry_points(group=GROUP):
        for rule in rules_in(pack.value):
            if rule.id in rules:
                raise RulePackError(f"{_place(rule)}: the id {rule.id!r} is taken by {_place(rules[rule.id])}")
            rules[rule.id] = rule
    if not rules:
        raise RulePackError("no rules are installed; install logdoctor with pip, not by copying its folder")
    configured = thresholds or {}
    for name in configured:
        if name not in rules:
            raise ConfigurationError(f"rule {name!r} has thresholds but does not exist; `logdoctor rule` lists all")
    return tuple(_make(rules[name], configured.get(name, {})) for name in sorted(rules))


def rules_in(package: str) -> Iterator[type[Rule]]:
    """Yield the rules of a package, one from each module below it."""
    root = import_module(package)
    for module_info in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        module = import_module(module_info.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Rule) and member is not Rule and member.__module__ == module.__name__:
                _refuse_unusable(member)
                yield member


def _make(rule: type[Rule], configured: Mapping[str, float]) -> Rule:
    unknown = set(configured) - {one.name for one in fields(rule)}
    if unknown:
        raise ConfigurationError(f"rule {rule.id!r} has no threshold {sorted(unknown)[0]!r}")
    return rule(**configured)


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
