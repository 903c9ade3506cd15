"""Apply every rule to a run: fill the parameters of its check by type, and collect the outcomes."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from functools import cache, cached_property, partial
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from logdoctor.evidence.model_kinds import suited
from logdoctor.finding import Comparison, Confidence, Crashed, Finding, NotApplicable, Outcomes
from logdoctor.folding import folded
from logdoctor.rule import GroupRule, Rule
from logdoctor.run import Role, Run, Series
from logdoctor.signals import Duplicates, Siblings, Unmeasurable
from logdoctor.signals.optimization.accuracy import logged_name, with_what_is_right
from logdoctor.signals.optimization.stand_ins import StandIn, with_stand_in

TRAINING_LOSS_MISSING = "the training loss, for which something else stands in here"
"""The advice on what to log, where a stand-in was judged."""

_THE_LOSS = re.compile(r"\bthe loss\b(?! scale)")


class MissingNeed(Exception):
    """A need that this run cannot fill; the message is the reason shown in reports."""


class Bench:
    """Everything that rules may need of one run, made on demand and memoized by type."""

    def __init__(self, run: Run, siblings: Siblings | Sequence[Run] = (), duplicates: Duplicates | None = None) -> None:
        self._logged = frozenset(one.name for one in run.series)
        measured = siblings if isinstance(siblings, Siblings) else Siblings.among(run, siblings)
        self._made: dict[Any, Any] = {
            Run: with_what_is_right(run),
            Siblings: measured,
            Duplicates: duplicates or Duplicates.among(run, (other.run for other in measured.group)),
        }

    @cached_property
    def _stand_ins(self) -> Mapping[StandIn, Bench]:
        runs = {kind: with_stand_in(self.get(Run), kind) for kind in StandIn}
        return {kind: Bench(run, (), self.get(Duplicates)) for kind, run in runs.items() if run is not None}

    def get(self, wanted: Any) -> Any:
        """Return a role's series, a signal, the run, its siblings or its duplicates; raises MissingNeed."""
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
            # A signal built on signals has a `measure`; a class that only gathers them has them as fields.
            return self._call(getattr(wanted, "measure", wanted))
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

    def _call(self, method: Any) -> Any:
        return method(**{name: self.get(need) for name, need in _needs_of(getattr(method, "__func__", method)).items()})

    def ask(self, rule: Rule) -> list[Any] | NotApplicable | Crashed:
        """Return the findings of a rule about this run, or the comparisons of a group rule about its set-up."""
        stand_in = next((self._stand_ins[kind] for kind in rule.stand_ins if kind in self._stand_ins), None)
        answer = self._ask(rule) if stand_in is None else stand_in._ask(rule)
        if not isinstance(answer, list):
            return answer
        return [self._of_the_log(one if stand_in is None else _of_stand_in(one)) for one in answer]

    def _of_the_log(self, said: Finding | Comparison) -> Finding | Comparison:
        """Name the series as they were logged in the spans of a finding, also those that were told otherwise."""
        if isinstance(said, Comparison):
            return said
        told = (
            one if one.series in self._logged else replace(one, series=logged_name(one.series)) for one in said.spans
        )
        return replace(said, spans=tuple(told))

    def _ask(self, rule: Rule) -> list[Any] | NotApplicable | Crashed:
        try:
            with np.errstate(all="ignore"):  # arithmetic on losses that explode overflows
                return list(self._call(rule.check))
        except (MissingNeed, Unmeasurable) as missing:
            return NotApplicable(rule.id, str(missing))
        except Exception as error:  # noqa: BLE001 - a rule is a plug-in: whatever it raises must not stop the others
            return Crashed(rule.id, "".join(traceback.format_exception(error, limit=-3)).strip())


def _of_stand_in(finding: Finding) -> Finding:
    """Adapt the finding about a stand-in: less sure, with the advice to log the training loss.

    The evidence for causes names the stand-in, because `the loss` would be one that is not logged.
    """
    name = finding.spans[0].series if finding.spans else ""
    called = partial(_THE_LOSS.sub, lambda _: name) if name else str
    return replace(
        finding,
        confidence=finding.confidence.at_most(Confidence.MEDIUM),
        causes=tuple(
            replace(one, pro=tuple(map(called, one.pro)), contra=tuple(map(called, one.contra)))
            for one in finding.causes
        ),
        to_tell_apart=(TRAINING_LOSS_MISSING, *finding.to_tell_apart),
    )


@cache  # evaluating a signature takes as long as most rules do
def _needs_of(asking: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the type of each parameter of a method, or of each field without a default of a dataclass, by name."""
    hints = get_type_hints(asking)
    if is_dataclass(asking):
        return {one.name: hints[one.name] for one in fields(asking) if one.default is one.default_factory is MISSING}
    return {name: need for name, need in hints.items() if name != "return"}


def examine(
    run: Run, rules: Iterable[Rule], siblings: Siblings | Sequence[Run] = (), duplicates: Duplicates | None = None
) -> Outcomes:
    """Ask every rule about a run, and mark the findings that another finding explains.

    Duplicates are looked for among the siblings, unless those among all runs of an analysis are given.
    """
    bench = Bench(run, siblings, duplicates)
    findings: list[Finding] = []
    passed, not_applicable, crashed = [], [], []
    run_rules = [rule for rule in rules if not isinstance(rule, GroupRule)]
    for rule in run_rules:
        match bench.ask(rule):
            case NotApplicable() as reason:
                not_applicable.append(reason)
            case Crashed() as crash:
                crashed.append(crash)
            case []:
                passed.append(rule.id)
            case found:
                findings += (suited(run, one) for one in found)
    return Outcomes(tuple(folded(findings, run_rules, run)), tuple(passed), tuple(not_applicable), tuple(crashed))


def compare(group: Siblings, rules: Iterable[Rule]) -> tuple[tuple[Comparison, ...], tuple[Crashed, ...]]:
    """Ask the group rules about the runs of one set-up; return their comparisons, and the rules that crashed."""
    bench = Bench(group.run, group)
    answers = [bench.ask(rule) for rule in rules if isinstance(rule, GroupRule)]
    comparisons = [one for answer in answers if isinstance(answer, list) for one in answer]
    return tuple(comparisons), tuple(answer for answer in answers if isinstance(answer, Crashed))
