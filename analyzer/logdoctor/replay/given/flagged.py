"""What a replay takes from a diagnosis: the run, the flagged step, and the logged losses."""

from __future__ import annotations

from pathlib import Path

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Finding
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.given.gather import alarm_step, captured_losses, find_capture, log_ahead
from logdoctor.replayed import Target
from logdoctor.run import Axis
from logdoctor.run.roles import GradNorm, LossScale, TrainLoss

REPLAYABLE = frozenset({
    "learning-rate-too-high", "learning-rate-jump", "missing-warmup", "no-gradient-clipping", "stale-second-moment",
    "epsilon-too-small", "half-precision-overflow", "loss-scale-exhausted", "log-of-zero", "unstable-operation",
    "bad-batch", "hardware-fault",
})  # fmt: skip
"""Causes that a replay can tell apart."""


def flagged_run(diagnosis: Diagnosis, path: str) -> Examined:
    """Return the one run at a path: the only one, the one in the folder itself, or the only one to replay.

    Raises ReplayError where none of these is one run.
    """
    flagged = [one for one in diagnosis.runs if _replayable(one) is not None]
    own = [one for one in diagnosis.runs if one.run.home == "."]
    for candidates in (diagnosis.runs, own, flagged):
        if len(candidates) == 1:
            return candidates[0]
    several = flagged or diagnosis.runs
    folders = [one.run.folder for one in several]
    addresses = folders if len(set(folders)) == len(folders) else [_logs(one, path) for one in several]
    names = ", ".join(dict.fromkeys(addresses[:3]))
    raise ReplayError(f"{path} holds {len(diagnosis.runs)} runs; name one, such as {names}")


def _logs(examined: Examined, path: str) -> str:
    """Return the log of a run that shares its folder with others."""
    return next((str(Path(path) / one.path) for one in examined.run.sources), examined.run.folder)


def target(examined: Examined, at: int | None = None) -> Target:
    """Return the step to replay: the one named, the capture's alarm, or the first of the worst finding's.

    Raises ReplayError where the named step lies behind the log, or none is named and none is flagged.
    """
    finding, folder = _replayable(examined), Path(examined.run.folder)
    rule, span = (finding.rule, finding.spans[0]) if finding is not None else ("", None)
    if at is not None:
        last = max((one.last_step for one in examined.run.series if one.axis is Axis.STEP), default=at)
        if at > last + 1:  # a log may count from 0 where the user counts from 1
            raise ReplayError(f"--at {at}: the log of {folder} ends at step {last}")
        return Target(at, rule if span is not None and span.first_step <= at <= span.last_step else "")
    capture = find_capture(folder)
    alarmed = alarm_step(capture) if capture is not None else None
    ahead = log_ahead(logged_losses(examined), captured_losses(capture)) if capture is not None else 0
    if alarmed is not None and (span is None or span.first_step <= alarmed + ahead <= span.last_step):
        return Target(alarmed, rule)  # a capture counts optimizer steps, as a replay does
    if span is None:
        raise ReplayError(f"nothing in {folder} broke at a step; name one with --at STEP")
    return Target(span.first_step - ahead, rule)


def logged_losses(examined: Examined) -> dict[int, float]:
    """Return the training loss by step."""
    series = next((one for one in examined.run.all(TrainLoss) if one.axis is Axis.STEP), None)
    return {} if series is None else dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def _replayable(examined: Examined) -> Finding | None:
    """Return the worst finding about something that breaks at a step."""
    return next((one for one in examined.findings if _breaks_at_a_step(one, examined)), None)


def _breaks_at_a_step(finding: Finding, examined: Examined) -> bool:
    """Whether a finding is about a failure at one step, not about a state that lasts."""
    span = next(iter(finding.spans), None)
    series = next((one for one in examined.run.series if span is not None and one.name == span.series), None)
    if series is None or series.axis is not Axis.STEP or finding.explained_by or not finding.severity.rank:
        return False
    return issubclass(series.role, TrainLoss | GradNorm | LossScale) and any(
        one.id in REPLAYABLE for one in finding.causes
    )
