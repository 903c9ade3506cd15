"""Ask all rules about all runs; the result is the one object that every report renders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any

from logdoctor.config import Config
from logdoctor.config.names import matching_runs
from logdoctor.config.unmatched import unmatched
from logdoctor.engine import compare, examine
from logdoctor.errors import ConfigurationError, NoRunError, nearest
from logdoctor.finding import Comparison, Crashed, Finding, Outcomes, Severity, with_roots
from logdoctor.folding import with_same_cause
from logdoctor.packs import installed_rules
from logdoctor.reading import read
from logdoctor.replay_results import replay_of, with_replay
from logdoctor.replayed import Replayed
from logdoctor.rule import Rule
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE
from logdoctor.run.roles import Loss, Reward, TestLoss, ValComponentLoss, ValLoss
from logdoctor.run.run_names import without_numbers
from logdoctor.signals import Duplicates, Siblings, find_duplicates, measure_all, set_ups, sibling_groups
from logdoctor.signals.comparison.neighbours import neighbours
from logdoctor.signals.comparison.outcome import Measured
from logdoctor.signals.optimization.stand_ins import StandIn, with_stand_in
from logdoctor.sources.discovery.discover import Skipped
from logdoctor.wording import counted
from logdoctor.workers import Workers

HELD_OUT = (ValLoss, ValComponentLoss, TestLoss)
"""Losses on data that is not trained on."""

ASKING_SECONDS = 0.02
"""About how long it takes to ask all rules about a run of a few hundred points."""

POINTS_A_SECOND = 5e6
"""About how many values of long series all rules together judge: `tests/benchmarks/rule_cost.py`."""


@dataclass(frozen=True)
class Examined:
    """One run with the outcomes of all rules."""

    run: Run
    outcomes: Outcomes
    replay: Replayed | None = None
    """The result of `logdoctor replay` in the run's folder."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, worst first."""
        return self.outcomes.findings


@dataclass(frozen=True)
class Diagnosis:
    """The result of an analysis."""

    runs: tuple[Examined, ...] = ()
    """Ordered by name."""
    comparisons: tuple[Comparison, ...] = ()
    """What the runs of each set-up show together, in the order of their first runs."""
    skipped: Skipped = field(default=Skipped(), repr=False)
    excluded: tuple[str, ...] = field(default=(), repr=False)
    """Names of the runs that the settings leave out."""
    unmatched: tuple[str, ...] = field(default=(), repr=False)
    """Patterns of the settings that match nothing, and what was probably meant: one sentence each."""
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    """The rules that were asked, with the thresholds in force."""

    def findings(self) -> Iterator[tuple[Run, Finding]]:
        """Yield every finding with its run: the worst first, then in the order of runs."""
        pairs = [(one.run, finding) for one in self.runs for finding in one.findings]
        yield from sorted(pairs, key=lambda pair: _rank(pair[1]))

    def count(self, severity: Severity) -> int:
        """Count the findings of a severity; consequences of another finding do not count."""
        return sum(one.severity is severity and not one.explained_by for _, one in self.findings())

    @property
    def points(self) -> int:
        """Logged values of all series."""
        return sum(len(series) for one in self.runs for series in one.run.series)

    @property
    def damaged_files(self) -> tuple[str, ...]:
        """Files with at least one notice of damage."""
        damaged = {n.path for one in self.runs for n in one.run.notices if n.kind == DAMAGE}
        return tuple(sorted(damaged))


def is_judged(run: Run) -> bool:
    """Tell whether a run logs a training loss of at least two values, without which most rules do not apply."""
    return any(one.role not in HELD_OUT and len(one) > 1 for one in run.all(Loss))


def is_judged_in_part(run: Run) -> bool:
    """Tell whether a run that is not judged logs what a few rules apply to: a stand-in for the loss, or returns."""
    stood_in = (with_stand_in(run, kind) for kind in StandIn)
    told = any(is_judged(one) for one in stood_in if one is not None) or any(len(one) > 1 for one in run.all(Reward))
    return told and not is_judged(run)


def analyze(
    *paths: str | Path, config: Config | None = None, now: float | None = None, workers: Workers | None = None
) -> Diagnosis:
    """Read every training log at or below the paths and ask every rule about every run.

    Raises NoRunError when there is no log or `exclude` leaves out all, ConfigurationError when a setting names
    something that does not exist, and RulePackError when no rules are installed. `now` (seconds since 1970) decides
    which logs are still being written.
    """
    settings = config or Config()
    rules = selected_rules(settings)
    reading = read(paths, settings.roles, now, workers)
    excluded = {run.name for pattern in settings.exclude for run in matching_runs(reading.runs, pattern)}
    runs = [run for run in reading.runs if run.name not in excluded]
    if not runs:
        raise NoRunError(f"{', '.join(map(str, paths))}: `exclude` leaves out all {counted(len(excluded), 'run')}")
    return replace(
        diagnose(runs, rules, settings, workers),
        skipped=reading.skipped,
        excluded=tuple(sorted(excluded)),
        unmatched=unmatched(settings, reading.runs),
    )


def diagnose(
    runs: Sequence[Run], rules: Sequence[Rule], config: Config | None = None, workers: Workers | None = None
) -> Diagnosis:
    """Ask the rules about each of the runs, given its siblings, and about every set-up."""
    settings = config or Config()
    comparisons: list[Comparison] = []
    failed: dict[int, tuple[Crashed, ...]] = {}
    duplicates = find_duplicates(runs)
    placed: list[_Placed] = []
    for label, group in _labelled(sibling_groups(runs)):
        measured = measure_all(group) if len(group) > 1 else ()
        for set_up in set_ups(measured):
            first = set_up[0].run
            found, failed[id(first)] = compare(Siblings(first, set_up), rules)
            comparisons += found
        beside = neighbours(measured) or [()] * len(group)
        placed += [_Placed(run, label, near, duplicates[run]) for run, near in zip(group, beside, strict=True)]
    seconds = [ASKING_SECONDS + sum(map(len, one.run.series)) / POINTS_A_SECOND for one in placed]
    answers = (workers or Workers()).each("runs judged", partial(_applied, rules), placed, seconds)
    examined = [
        _examined(one, replace(outcomes, crashed=(*outcomes.crashed, *failed.get(id(one.run), ()))), settings)
        for one, outcomes in zip(placed, answers, strict=True)
    ]
    return Diagnosis(
        tuple(sorted(examined, key=lambda one: one.run.name)),
        tuple(sorted(comparisons, key=lambda one: (one.rule, one.runs))),
        rules=tuple(rules),
    )


@dataclass(frozen=True)
class _Placed:
    """A run among those that are analyzed with it."""

    run: Run
    label: str
    """The label of its group of siblings."""
    group: tuple[Measured, ...]
    """The runs of its set-up, itself among them; of a large one the nearest."""
    duplicates: Duplicates


def _applied(rules: Sequence[Rule], placed: _Placed) -> Outcomes:
    return examine(placed.run, rules, Siblings(placed.run, placed.group), placed.duplicates)


def _examined(placed: _Placed, outcomes: Outcomes, config: Config) -> Examined:
    """Combine the outcomes of a run with what a replay showed of it, and drop what the settings leave out."""
    replayed, noticed = replay_of(placed.run)
    judged = with_same_cause(with_replay(outcomes.findings, replayed), placed.run) if replayed else outcomes.findings
    findings = _shown(judged, config, placed.label)
    known = replace(placed.run, notices=(*placed.run.notices, *noticed)) if noticed else placed.run
    return Examined(known, replace(outcomes, findings=findings), replayed)


def _shown(findings: Sequence[Finding], config: Config, label: str) -> tuple[Finding, ...]:
    """Return the findings that the settings keep, worst first; one whose root is left out stands for itself."""
    wanted = [_grouped(one, label) for one in findings if _wanted(one, config)]
    return tuple(sorted(with_roots(wanted), key=_rank))


def selected_rules(config: Config) -> tuple[Rule, ...]:
    """Return the installed rules that the settings select; raises ConfigurationError for an id that no rule has."""
    try:
        rules = installed_rules(config.thresholds)
    except ConfigurationError as error:
        raise ConfigurationError(f"{config.whence('thresholds')}{error}") from error
    known = {rule.id for rule in rules}
    for key, names in (("select", config.select), ("ignore", config.ignore)):
        for name in (one for one in names if one not in known):
            hint = nearest(name, sorted(known))
            raise ConfigurationError(f"{config.whence(key)}no rule is called {name!r}{hint}")
    return tuple(rule for rule in rules if config.asks(rule.id))


def _wanted(finding: Finding, config: Config) -> bool:
    severe = finding.severity.rank >= config.min_severity.rank
    return severe and finding.confidence.rank >= config.min_confidence.rank


def _grouped(finding: Finding, label: str) -> Finding:
    cause = finding.causes[0].id if finding.causes else "unknown"
    series = finding.spans[0].series if finding.spans else ""
    return replace(finding, group=f"{finding.rule}/{finding.severity}/{cause}/{series}/{label}")


def _labelled(groups: Sequence[tuple[Run, ...]]) -> Iterator[tuple[str, tuple[Run, ...]]]:
    """Name each group of siblings after the folder that they have in common; groups of one folder are numbered.

    A run that lies alone goes by its name without its numbers: `rep1/log` and `rep2/log` are repeats of one thing.
    """
    seen: dict[str, int] = {}
    for group in groups:
        if len(group) == 1:
            yield without_numbers(group[0].name), group
            continue
        homes = [PurePosixPath(run.home).parts for run in group]
        common = takewhile(lambda level: len(set(level)) == 1, zip(*homes, strict=False))
        label = "/".join(level[0] for level in common) or "."
        seen[label] = seen.get(label, 0) + 1
        yield (label if seen[label] == 1 else f"{label}#{seen[label]}"), group


def _rank(finding: Finding) -> tuple[Any, ...]:
    return (bool(finding.explained_by), -finding.severity.rank, -finding.confidence.rank, finding.rule)
