"""Ask every rule about a run: fill its needs by type, each measured once, and keep what it answers."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from logdoctor.finding import Confidence, Crashed, Finding, NotApplicable, Outcomes
from logdoctor.rule import Rule
from logdoctor.run import Role, Run, Series
from logdoctor.signals import Siblings, Unmeasurable


class MissingNeed(Exception):
    """A need that this run cannot fill; its text is the reason that reports show."""


class Bench:
    """What rules can ask for about one run, each made once and on demand."""

    def __init__(self, run: Run, siblings: Sequence[Run] = ()) -> None:
        self._made: dict[Any, Any] = {Run: run, Siblings: Siblings(run, tuple(siblings))}

    def get(self, wanted: Any) -> Any:
        """Return a role's series, a signal, the run or its siblings; raises MissingNeed."""
        if wanted not in self._made:
            self._made[wanted] = self._make(wanted)
        made = self._made[wanted]
        if isinstance(made, MissingNeed):
            raise made
        return made

    def _make(self, wanted: Any) -> Any:
        try:
            origin = get_origin(wanted)
            if origin in (Union, UnionType):
                return self._optional(wanted)
            if isinstance(wanted, type) and issubclass(wanted, Role):
                return self._series(wanted)
            if origin is not None:  # a signal of a role: Trend[TrainLoss]
                return origin.measure(*(self.get(part) for part in get_args(wanted)))
            return self._call(wanted.measure)  # a signal built on signals
        except MissingNeed as missing:
            return missing
        except Unmeasurable as reason:
            return MissingNeed(str(reason))

    def _series(self, role: type[Role]) -> Series:
        run: Run = self.get(Run)
        series = run.find(role)
        if series is None:
            raise MissingNeed(f"no {role.id.replace('-', ' ')} in this run")
        return series

    def _optional(self, wanted: Any) -> Any:
        need = next(part for part in get_args(wanted) if part is not NoneType)
        try:
            return self.get(need)
        except MissingNeed:
            return None

    def _call(self, function: Any) -> Any:
        hints = get_type_hints(function)
        return function(**{name: self.get(hint) for name, hint in hints.items() if name != "return"})

    def ask(self, rule: Rule) -> list[Finding] | NotApplicable | Crashed:
        """Return what a rule says of this run."""
        try:
            return list(self._call(rule.check))
        except MissingNeed as missing:
            return NotApplicable(rule.id, str(missing))
        except Exception as error:  # noqa: BLE001 - a rule is a plug-in: whatever it raises must not stop the others
            return Crashed(rule.id, "".join(traceback.format_exception(error, limit=-3)).strip())


def examine(run: Run, rules: Iterable[Rule], siblings: Sequence[Run] = ()) -> Outcomes:
    """Ask every rule about a run; findings that another finding explains say so."""
    bench = Bench(run, siblings)
    findings: list[Finding] = []
    passed, not_applicable, crashed = [], [], []
    asked = list(rules)
    for rule in asked:
        match bench.ask(rule):
            case NotApplicable() as reason:
                not_applicable.append(reason)
            case Crashed() as crash:
                crashed.append(crash)
            case []:
                passed.append(rule.id)
            case said:
                findings += said
    return Outcomes(tuple(_fold(findings, asked)), tuple(passed), tuple(not_applicable), tuple(crashed))


def _fold(findings: list[Finding], rules: list[Rule]) -> list[Finding]:
    """Mark the findings that are consequences of another: one root cause, not five symptoms.

    A finding of low confidence explains nothing, or a guess would hide what is sure.
    """
    explains = {rule.id: rule.explains for rule in rules}
    said = {one.rule for one in findings}
    roots = sorted({one.rule for one in findings if one.confidence is not Confidence.LOW})
    root = {consequence: rule for rule in roots for consequence in explains[rule] if consequence in said - {rule}}
    return [replace(one, explained_by=root[one.rule]) if one.rule in root else one for one in findings]
