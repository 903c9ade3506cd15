"""What a rule is: one class in one file, with its thresholds, its examples and its check.

The parameters of `check` are the rule's needs. They are filled by type, once per run:

    def check(self, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Iterator[Finding]: ...

A need that the run cannot fill makes the rule not applicable; a need with `| None` may stay unfilled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from logdoctor.curves import Curve
from logdoctor.finding import (
    Cause,
    Comparison,
    Confidence,
    Finding,
    Observation,
    Place,
    Quantity,
    RateResult,
    Severity,
    Span,
)
from logdoctor.run import Axis, Notice, Run, Series, Setting, State, TextEvent
from logdoctor.run.understand import understand

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from logdoctor.signals.optimization.stand_ins import StandIn

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Example:
    """A named run on which the rule must fire, or must stay silent."""

    title: str
    fires: bool
    make: Callable[[], Run]
    siblings: tuple[Run, ...] = ()
    varies: Mapping[str, str] = field(default_factory=dict)
    """Changes of `logdoctor.testing.changes` that may change the verdict here, each with the reason."""

    @cached_property
    def run(self) -> Run:
        """The run, made on first use: an analysis loads every rule and needs none of their examples."""
        return self.make()

    def changed(self, change: Callable[[Run], Run]) -> Example:
        """Return the example with its run changed."""
        return replace(self, make=lambda: change(self.run))


Settings = Mapping[str, Setting]
Reasons = Mapping[str, str]


def fires(
    title: str,
    *,
    settings: Settings | None = None,
    siblings: Sequence[Run] = (),
    varies: Reasons | None = None,
    axis: Axis = Axis.EPOCH,
    first_step: int = 0,
    events: Sequence[TextEvent] = (),
    notices: Sequence[Notice] = (),
    state: State = State.UNKNOWN,
    **curves: Curve,
) -> Example:
    """Return an example on which the rule fires; curves by series name (`train_loss=decay(2.3, 0.1)`)."""
    make = partial(_run, settings, curves, axis, first_step, events=events, notices=notices, state=state)
    return Example(title, True, make, tuple(siblings), dict(varies or {}))  # noqa: FBT003


def silent(
    title: str,
    *,
    settings: Settings | None = None,
    siblings: Sequence[Run] = (),
    varies: Reasons | None = None,
    axis: Axis = Axis.EPOCH,
    first_step: int = 0,
    events: Sequence[TextEvent] = (),
    notices: Sequence[Notice] = (),
    state: State = State.UNKNOWN,
    **curves: Curve,
) -> Example:
    """Return an example on which the rule stays silent."""
    make = partial(_run, settings, curves, axis, first_step, events=events, notices=notices, state=state)
    return Example(title, False, make, tuple(siblings), dict(varies or {}))  # noqa: FBT003


def example_run(settings: Settings | None = None, axis: Axis = Axis.EPOCH, first_step: int = 0, **curves: Curve) -> Run:
    """Return a run with the given curves; roles are read from the names, as for any log."""
    return _run(settings, curves, axis, first_step)


def _run(
    settings: Settings | None,
    curves: Mapping[str, Curve],
    axis: Axis = Axis.EPOCH,
    first_step: int = 0,
    *,
    events: Sequence[TextEvent] = (),
    notices: Sequence[Notice] = (),
    state: State = State.UNKNOWN,
) -> Run:
    return Run(
        name="example",
        series=understand(_series(name, curve, axis, first_step) for name, curve in curves.items()),
        hyperparameters=dict(settings or {}),
        notices=tuple(notices),
        events=tuple(events),
        state=state,
    )


def _series(name: str, curve: Curve, axis: Axis, first_step: int) -> Series:
    return Series.of(name, first_step + curve.steps, curve.values, curve.wall_times, axis)


@dataclass(frozen=True)
class Rule:
    """One diagnosis. Subclasses are frozen dataclasses whose fields are the thresholds."""

    id: ClassVar[str]
    """Kebab-case noun of the failing state; also the name of the file."""
    title: ClassVar[str]
    """What a finding means, in one line."""
    severity: ClassVar[Severity]
    """The harm of a finding, unless the rule says otherwise for one."""
    causes: ClassVar[tuple[str, ...]]
    """Ids of the causes that the rule may name."""
    references: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[str] = ""
    """What it needs before it fires, and what it cannot see, in a sentence or two."""
    explains: ClassVar[tuple[str, ...]] = ()
    """Ids of rules whose findings in the same run are consequences of this one."""
    stand_ins: ClassVar[tuple[StandIn, ...]] = ()
    """What may replace the training loss where a run logs none; findings then have medium confidence at most."""
    examples: ClassVar[tuple[Example, ...]]
    varies: ClassVar[Mapping[str, str]] = {}
    """Changes of `logdoctor.testing.changes` under which the rule may answer differently, each with the reason."""

    check: ClassVar[Any]
    """`check(self, needs...) -> Iterator[Finding]`; its needs differ from rule to rule."""

    def finding(
        self,
        message: str,
        *spans: Span,
        confidence: Confidence,
        causes: Sequence[Cause] = (),
        to_tell_apart: Sequence[str] = (),
        severity: Severity | None = None,
        evidence: Mapping[str, Quantity] | None = None,
        places: Sequence[Place] = (),
    ) -> Finding:
        """Make a finding of this rule."""
        return Finding(
            rule=self.id,
            title=self.title,
            message=message,
            severity=severity or self.severity,
            confidence=confidence,
            spans=spans,
            evidence=dict(evidence or {}),
            causes=tuple(causes),
            to_tell_apart=tuple(to_tell_apart),
            references=self.references,
            places=tuple(places),
        )

    def thresholds_for(self, kind: type[T]) -> T:
        """Return the thresholds of the rule that a dataclass of evidence has as fields of the same names."""
        return kind(**{one.name: getattr(self, one.name) for one in fields(kind)})

    def observed(self, seen: Observation) -> Finding:
        """Make a finding of a special case."""
        return self.finding(
            seen.message, seen.span, confidence=seen.confidence, causes=seen.causes, evidence=seen.evidence
        )

    @classmethod
    def thresholds(cls) -> Iterator[tuple[str, float, str]]:
        """Yield name, default and doc of every threshold."""
        for one in fields(cls):
            yield one.name, one.default, one.metadata["doc"]  # type: ignore[misc]


@dataclass(frozen=True)
class GroupRule(Rule):
    """A rule about the runs of one set-up together: asked once for all of them, it yields comparisons.

    Its check needs a `SetUp`; the siblings of an example are the other runs.
    """

    severity = Severity.NOTE
    causes = ()

    def comparison(
        self,
        message: str,
        runs: Sequence[Run],
        evidence: Mapping[str, Quantity],
        measured_by: str = "",
        results: Sequence[RateResult] = (),
    ) -> Comparison:
        """Make a comparison of this rule; one of a sweep over learning rates has the result of each."""
        names = tuple(run.name for run in runs)
        return Comparison(self.id, names, message, dict(evidence), measured_by, tuple(results))


def threshold(default: float, doc: str) -> Any:
    """Return a dataclass field that is a threshold: what it means, in which unit, and where it comes from."""
    return field(default=default, metadata={"doc": doc})
