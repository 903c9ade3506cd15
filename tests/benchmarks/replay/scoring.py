"""One planted fault replayed and judged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from logdoctor.replay.material import State
from logdoctor.replay.meter import Meter
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replay.window.dials import Dials, combined
from logdoctor.replay.window.guard import Guard, ceiling_of
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Replayed, Target, Trial, Wording

from .faults import FAULTS, Fault
from .models import TASKS
from .policies import Policies, naive
from .runs import Ran, run

FIRST = 80
"""The first step at which a fault is planted."""

FRESH = (9001, 9002, 9003)
"""Seeds of random numbers that no replay has used."""

OTHERS = 2
"""Other runs of the same fault, trained from other seeds, that a tested fix is tried in."""

HOLDS = 25
"""Steps after the failure that a fix must stand in another run; runs go on no longer."""


@dataclass(frozen=True)
class Case:
    """What a replay said of one planted fault, and whether it was right."""

    fault: str
    task: str
    seed: int
    planted: int
    flagged: int | None
    """None where the fault never showed in the log."""
    reproduced: bool = False
    exact: bool = False
    """Two replays and the log agree bit by bit."""
    place: bool | None = None
    """Whether operation and line are right; None where nothing was to be located."""
    found_place: str = ""
    example: bool | None = None
    """Whether the one bad example of the batch is named, and no other; None where there is not one."""
    cause: str = ""
    second: str = ""
    right: bool = False
    right_second: bool = False
    prescribed: str = ""
    tested: bool = False
    held: int = 0
    """Of the fresh random seeds, those with which the tested fix held in this run."""
    works: int = 0
    """Of the other runs of the same fault, those in which the tested fix works."""
    tried: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    policies: Policies = field(default_factory=Policies)
    wordings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.fault} {self.task} seed {self.seed}"

    @property
    def wrong_claim(self) -> bool:
        """A fix called tested fails with more than one of the fresh random seeds."""
        return self.tested and self.held < len(FRESH) - 1


def planted_step(seed: int) -> int:
    return FIRST + (7 * seed) % 25


def cases(name: str, task_name: str, seeds: Sequence[int], *, policies_below: int = 0) -> list[Case]:
    """Train, replay and judge one fault in one model with several seeds; low seeds by the naive policies too."""
    torch.set_num_threads(1)
    fault, task = FAULTS[name], TASKS[task_name]
    runs, results, judged = {}, {}, {}
    for seed in seeds:
        at = planted_step(seed)
        ran = runs[seed] = run(fault.plan(task, seed, at), seed)
        blank = Case(name, task_name, seed, at, ran.flagged)
        if ran.flagged is None:
            judged[seed] = blank
            continue
        result = results[seed] = replay(ran.material, Target(ran.flagged), Options("cpu"))
        judged[seed] = judge(blank, fault, result)
        if seed < policies_below:
            judged[seed] = replace(judged[seed], policies=naive(ran))
    for seed, result in results.items():
        prescription = result.verdict.prescription if result.verdict is not None else None
        if prescription is None or prescription.wording is not Wording.TESTED:
            continue
        held = sum(_holds(result, result, runs[seed], fresh) for fresh in FRESH)
        others = [other for other in results if other != seed and judged[other].reproduced][:OTHERS]
        works = sum(_holds(result, results[other], runs[other], None) for other in others)
        judged[seed] = replace(judged[seed], held=held, works=works, tried=len(others))
    return list(judged.values())


def judge(case: Case, fault: Fault, result: Replayed) -> Case:
    """Compare a result with what was planted."""
    baseline, verdict = result.baseline, result.verdict
    assert baseline is not None
    assert verdict is not None
    prescription = verdict.prescription
    exact = baseline.noise_floor == 0.0 and baseline.largest_difference in (0.0, None)
    return replace(
        case,
        reproduced=baseline.reproduced,
        exact=exact,
        place=right_place(fault, result),
        found_place=_told(result),
        example=_right_example(case, fault, result),
        cause=verdict.cause,
        second=verdict.second,
        right=verdict.cause in fault.causes,
        right_second=verdict.cause in fault.causes or verdict.second in fault.causes,
        prescribed=prescription.text if prescription is not None else "",
        tested=prescription is not None and prescription.wording is Wording.TESTED,
        cost=result.cost.steps,
        seconds=result.cost.seconds,
        wordings=tuple(f"{one.name} {one.dose or ''} {one.outcome} {one.failed_step or ''}" for one in result.trials),
    )


def right_place(fault: Fault, result: Replayed) -> bool | None:
    """Whether the place that was found is the planted one; None where none was planted."""
    if fault.place is None:
        return None
    birth, place = result.birth, fault.place
    if birth is None:
        return False
    if place.leaf:
        return birth.leaf.startswith(place.leaf)
    at_promotion = birth.deliberate and bool(birth.promoted)
    operation, line = (birth.promoted, birth.promoted_line) if at_promotion else (birth.operation, birth.line)
    if operation not in place.operations:
        return False
    return not place.mark or (line is not None and Path(line.file).samefile(place.file) and line.line == place.line)


def _right_example(case: Case, fault: Fault, result: Replayed) -> bool | None:
    if fault.example is None:
        return None
    found = result.culprits.examples if result.culprits is not None else ()
    return found == (fault.example(TASKS[case.task], case.seed),)


def _told(result: Replayed) -> str:
    birth = result.birth
    if birth is None:
        return "nothing"
    line = f"{Path(birth.line.file).name}:{birth.line.line}" if birth.line is not None else "no line"
    return f"{birth.leaf or birth.operation} {birth.phase} {line} {birth.module} promoted {birth.promoted or '-'}"


def _holds(prescribing: Replayed, other: Replayed, ran: Ran, fresh: int | None) -> bool:
    """Whether one result's tested fix, applied to another run's failure, keeps it away."""
    assert prescribing.verdict is not None
    assert prescribing.verdict.prescription is not None
    assert prescribing.verdict.prescription.trial is not None
    assert other.baseline is not None
    assert other.baseline.failure is not None
    trial = prescribing.trials[prescribing.verdict.prescription.trial]
    failing = other.baseline.failure.step
    lead = max(trial.lead, 8)
    states = [one for one in ran.states if one.step <= failing - min(lead, 8)]
    if trial.name == "earlier-state":
        states = [one for one in ran.states if one.step < other.baseline.state_step]
    if not states:  # it fails too soon after the start for any lead
        states = [one for one in ran.states if one.step <= failing][:1]
    session = Session(ran.material, torch.device("cpu"), Meter(60.0, 1e6, lambda _: None))
    start = session.restored(states[-1])
    dials = Dials(seed=fresh)
    for name, dose in _parts(prescribing, trial):
        dials = combined(dials, transferred(name, dose, failing, start.rates, _skipped(prescribing), states[-1]))
    before = [ran.losses[step] for step in sorted(ran.losses) if step < failing and math.isfinite(ran.losses[step])]
    window = session.run(start, failing + HOLDS, Guard([], fixed=ceiling_of(before)), dials)
    return window.failure is None


def _parts(result: Replayed, trial: Trial) -> list[tuple[str, float | None]]:
    """Return name and dose of the change, or of both of a pair."""
    if "+" not in trial.name:
        return [(trial.name, trial.dose)]
    alone = [one for one in result.trials if one.name in trial.name.split("+") and one.text in trial.text]
    return [(one.name, one.dose) for one in alone]


def _skipped(result: Replayed) -> int:
    """Return by how much the batch to leave out lies before the failing step."""
    assert result.baseline is not None
    assert result.baseline.failure is not None
    assert result.verdict is not None
    assert result.verdict.prescription is not None
    words = result.verdict.prescription.text.split()
    return result.baseline.failure.step - int(words[-1]) if words[-1].isdigit() else 0


def transferred(
    name: str, dose: float | None, failing: int, rates: tuple[float, ...], skipped: int, state: State
) -> Dials:
    """Return what a fix means in another run."""
    from logdoctor.replay.material import Precision

    known = {
        "skip": Dials(skip=frozenset({failing - skipped})),
        "rate-before": Dials(rates=rates),
        "learning-rate": Dials(rate_factor=dose),
        "clip": Dials(clip_norm=dose),
        "precision": Dials(precision=Precision.FP32),
        "bfloat16": Dials(precision=Precision.BF16),
        "loss-scale": Dials(loss_scale=dose),
        "epsilon": Dials(epsilon=dose),
        "update-clip": Dials(update_clip=dose),
        "beta2": Dials(beta2=dose),
        "moments": Dials(forget_moments=max(failing - 8, state.step)),
        "zero-gradients": Dials(zero_gradients=True),
        "earlier-state": Dials(),
    }
    return known[name]


__all__ = ["Case", "cases"]
