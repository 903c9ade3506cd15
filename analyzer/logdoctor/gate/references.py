"""Compare runs with references: passed, regression, stale reference, improvement, or inconclusive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from logdoctor.config import References
from logdoctor.config.names import matching_runs, no_series, not_called
from logdoctor.finding import Quantity, Span
from logdoctor.gate.bands import Common, Deviation, Tolerance, common_windows, deviation
from logdoctor.gate.environment import config_hash, differences, environment
from logdoctor.gate.exact import Exact, difference
from logdoctor.gate.gaps import gap_in
from logdoctor.gate.golden import Golden
from logdoctor.gate.intact import damage_of, described
from logdoctor.gate.reference_file import Reference
from logdoctor.gated import Check, Outcome
from logdoctor.run import Axis, Run, Series
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.wording import axis_word, counted, number, percent, shown_name

KIND = "reference"

OTHER_UNIT = 10.0
"""Ratio of an accuracy to that of the reference from which it is in another unit, not better."""


class Judged(NamedTuple):
    """The check of a run against a reference, and a remark where the run is better."""

    check: Check
    remark: str = ""


def reference_checks(title: str, reference: Reference, runs: Sequence[Run], settings: References) -> Iterator[Judged]:
    """Yield the checks of every series that a reference keeps, for every run that it applies to."""
    matched = matching_runs(runs, reference.applies_to)
    if not matched:
        problem = not_called(reference.applies_to, runs)
        yield Judged(Check(KIND, title, reference.applies_to, "", settings.level, Outcome.INCONCLUSIVE, problem))
    for run in matched:
        for name, curve in reference.curves.items():
            comparison = _Comparison(title, reference, run, name, settings)
            yield Judged(comparison.exactly(curve)) if isinstance(curve, Exact) else comparison.within_band(curve)


@dataclass(frozen=True)
class _Comparison:
    """A series of a run that is compared with a reference."""

    title: str
    reference: Reference
    run: Run
    name: str
    """Of the series."""
    settings: References

    @cached_property
    def series(self) -> Series | None:
        """The series; None where the run has none of this name."""
        return next((one for one in self.run.series if one.name == self.name), None)

    @cached_property
    def elsewhere(self) -> Sequence[str]:
        """How the environment of the run differs from that of the reference."""
        return differences(self.reference.environment, environment(self.run))

    @property
    def broken(self) -> Outcome:
        """The outcome of a difference: a reference made in another environment is stale."""
        return Outcome.STALE if self.elsewhere else Outcome.FAILED

    def within_band(self, golden: Golden) -> Judged:
        """Compare the run with the band around a golden curve."""
        problem, common = self._comparable(golden)
        if common is None:
            return Judged(self._unanswered(problem))
        if common.broken_step is not None:
            message = f"not finite at {_place(golden, common.broken_step)}, where the reference is"
            span = Span(self.name, common.broken_step, common.broken_step, "not finite")
            return Judged(self._check(Outcome.FAILED, message, span=span))
        settings = self.settings
        found = deviation(common, Tolerance(settings.k, settings.rtol, settings.atol, settings.shift))
        outcome = self.broken if found.regressed else Outcome.PASSED
        message = "; ".join(self._sentences(golden, common, found))
        first = found.first_step
        outside = None if first is None else Span(self.name, first, max(first, found.worst_step), "outside")
        ends = f"{number(found.end)} instead of {number(found.golden_end)}"
        better = f"{self.name} ends better than the reference {self.title} ({ends}): update the reference?"
        remark = f"{shown_name(self.run)}: {better}" if found.improved else ""
        return Judged(self._check(outcome, message, _evidence(common, found), outside), remark)

    def exactly(self, exact: Exact) -> Check:
        """Compare the run with values that must be equal to the last bit."""
        problem = self._why_not(exact)
        if self.series is None or problem:
            return self._unanswered(problem)
        found = difference(exact, self.series)
        if found.missing_step is not None:
            return self._unanswered(f"has nothing at {_place(exact, found.missing_step)}, where the reference has")
        values = counted(len(exact.steps), "value")
        if not found.count:
            return self._check(Outcome.PASSED, f"equal in all {values}")
        message = f"differs in {found.count:,} of {values}, first at {_place(exact, found.first_step)}"
        message += f": {found.here!r} instead of {found.kept!r}"
        if self.elsewhere:
            message += f"; {_made_elsewhere(self.elsewhere)}"
        evidence = {
            "values that differ": Quantity(found.count),
            "error at the first": Quantity(found.here - found.kept),
            "relative error at the first": Quantity((found.here - found.kept) / (abs(found.kept) or 1.0), "share"),
        }
        return self._check(
            self.broken, message, evidence, Span(self.name, found.first_step, int(exact.steps[-1]), "differs")
        )

    def _why_not(self, curve: Golden | Exact) -> str:
        """Return why the series cannot be compared, empty where it can."""
        if damage := damage_of(self.run):
            return f"cannot be judged: {described(damage)}"
        if self.series is None:
            return no_series(self.name, [self.run])
        if gap := gap_in(self.series, self.run):
            return f"cannot be judged: {gap.text}"
        axis = self.series.axis
        return "" if str(axis) == curve.axis else f"counts {axis}s, the reference {curve.axis}s"

    def _comparable(self, golden: Golden) -> tuple[str, Common | None]:
        """Return the windows that can be compared, or why none can."""
        problem = self._why_not(golden)
        if self.series is None or problem:
            return problem, None
        common = common_windows(golden, self.series)
        if common is None:
            return f"shares no steps with the reference, which reaches to {_place(golden, golden.last_step)}", None
        if common.broken_step is not None:
            return "", common
        if is_accuracy(self.name) and _in_per_cent_here_alone(common):
            return "is logged in per cent, the reference as a share", None
        if common.holes:
            return f"has nothing at {_place(golden, common.holes[0])}, where the reference has", None
        if common.overlap < self.settings.min_overlap:
            least = f"at least {percent(self.settings.min_overlap)} are needed"
            return f"has {percent(common.overlap)} of the steps of the reference; {least}", None
        return "", common

    def _sentences(self, golden: Golden, common: Common, found: Deviation) -> Iterator[str]:
        """Yield the sentences about a comparison, the most important first."""
        if found.regressed:
            yield from self._regression(golden, common, found)
        yield f"ends at {number(found.end)}, the reference at {number(found.golden_end)}"
        if common.overlap < 1:
            yield f"compared on {percent(common.overlap)} of the steps"

    def _regression(self, golden: Golden, common: Common, found: Deviation) -> Iterator[str]:
        if found.first_step is not None:
            windows = f"{found.outside:,} of {counted(len(common.medians), 'window')}"
            yield f"leaves the band at {_place(golden, found.first_step)}, {windows} outside"
        relative = f" ({percent(abs(found.relative_error))})" if abs(found.relative_error) < 100 else ""
        away = f"{number(found.worst_value)} instead of {number(found.worst_golden)}"
        tolerance = f"off by {number(abs(found.error))}{relative} where {number(found.worst_tolerance)} is allowed"
        yield f"worst at {_place(golden, found.worst_step)}: {away}, {tolerance}"
        settings = config_hash(self.run)
        if self.elsewhere:
            yield _made_elsewhere(self.elsewhere)
        elif self.reference.config and settings and self.reference.config != settings:
            yield "the settings differ from those of the reference"
        if golden.seeds == 1:
            yield "made of 1 seed, so the band is a guess"

    def _unanswered(self, problem: str) -> Check:
        return self._check(Outcome.INCONCLUSIVE, problem)

    def _check(
        self, outcome: Outcome, said: str, evidence: Mapping[str, Quantity] | None = None, span: Span | None = None
    ) -> Check:
        about = f"{self.name} like reference {self.title}"
        return Check(KIND, about, self.run.name, self.name, self.settings.level, outcome, said, evidence or {}, span)


def _in_per_cent_here_alone(common: Common) -> bool:
    """Whether an accuracy is in percent and that of the reference a share; both may also be in percent, and low."""
    share = common.golden.centre
    return accuracy_unit(share) == 1 < accuracy_unit(common.medians) and common.medians.max() > OTHER_UNIT * share.max()


def _made_elsewhere(differs: Sequence[str]) -> str:
    return f"the reference was made elsewhere ({', '.join(differs)}): `logdoctor reference update` makes it anew"


def _evidence(common: Common, found: Deviation) -> dict[str, Quantity]:
    return {
        "end": Quantity(found.end),
        "reference end": Quantity(found.golden_end),
        "worst error": Quantity(found.error),
        "worst relative error": Quantity(found.relative_error, "share"),
        "tolerance there": Quantity(found.worst_tolerance),
        "worst step": Quantity(found.worst_step),
        "windows outside": Quantity(found.outside),
        "overlap": Quantity(common.overlap, "share"),
    }


def _place(golden: Golden | Exact, step: int) -> str:
    return f"{axis_word(Axis(golden.axis))} {step:,}"


def failing_curves(reference: Reference, runs: Sequence[Run], settings: References) -> set[str]:
    """Return the names of the curves whose check does not pass, for whatever reason."""
    judged = reference_checks("", reference, runs, settings)
    return {one.check.series for one in judged if one.check.outcome is not Outcome.PASSED}
