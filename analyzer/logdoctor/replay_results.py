"""Results of replays beside the runs: their cause comes first in the finding, and their fix is marked as tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from logdoctor.causes import because, is_known
from logdoctor.finding import Cause, Finding, Fix, Strength
from logdoctor.replayed import NotAReplayError, Prescription, Replayed, Trial, Wording, from_json
from logdoctor.replayed.document import LARGEST_DOCUMENT
from logdoctor.run import Notice, Run
from logdoctor.run.notice import REPLAY
from logdoctor.wording import counted

UNKNOWN = "unknown"
"""The cause of a replay that found none; then the log alone decides."""

FILE = "logdoctor-replay.json"
"""Beside the logs of a run, written by `logdoctor replay`."""


def result_file(run: Run) -> Path:
    """Return the file for the result of a run's replay; runs that share a folder have one each."""
    stem = run.name.partition(":")[2].replace("/", "-")
    folder = Path(run.folder)
    return folder / (f"logdoctor-replay-{stem}.json" if stem else FILE)


def replay_of(run: Run) -> tuple[Replayed | None, tuple[Notice, ...]]:
    """Return the result beside a run, or None, and a notice where the file there cannot be used."""
    if not run.folder:
        return None, ()
    path = result_file(run)
    try:
        if not path.is_file():
            return None, ()
        with path.open("rb") as file:
            replayed = from_json(file.read(4 * LARGEST_DOCUMENT).decode("utf-8"))
        if replayed.verdict is not None and not is_known(replayed.verdict.cause):
            raise NotAReplayError(f"no cause is called {replayed.verdict.cause!r}")
    except (NotAReplayError, OSError, UnicodeDecodeError) as problem:
        text = f"{path.name} is no result of logdoctor replay that can be read: {problem}; replay again, or delete it"
        return None, (Notice(REPLAY, str(PurePosixPath(run.home) / path.name), text),)
    return replayed, ()


def with_replay(findings: tuple[Finding, ...], replayed: Replayed | None) -> tuple[Finding, ...]:
    """Return the findings; those that a replay was about take up what it showed."""
    if replayed is None or replayed.verdict is None or replayed.verdict.cause == UNKNOWN:
        return findings
    if replayed.baseline is None or not replayed.baseline.reproduced:
        return findings
    return tuple(_judged(one, replayed) if _is_about(one, replayed) else one for one in findings)


def _is_about(finding: Finding, replayed: Replayed) -> bool:
    """Tell whether a finding was replayed: by its rule or, where the user named a step, by its span."""
    if replayed.target.rule:
        return finding.rule == replayed.target.rule
    spans = finding.spans[:1]
    return any(one.first_step <= replayed.target.step <= one.last_step for one in spans) and not finding.explained_by


def _judged(finding: Finding, replayed: Replayed) -> Finding:
    verdict = replayed.verdict
    if verdict is None:
        return finding
    supposed = next((one for one in finding.causes if one.id == verdict.cause), None)
    cause = supposed or because(verdict.cause)
    fixes = (*_fixes(replayed), *(replace(one, tested="") for one in cause.fixes))
    pro = (*(f"replay: {one}" for one in (*verdict.evidence, *_counted_otherwise(replayed))), *cause.pro)
    first = replace(cause, strength=Strength.LIKELY, pro=pro, fixes=fixes)
    others = tuple(_less_likely(one) for one in finding.causes if one.id != verdict.cause)
    return replace(finding, causes=(first, *others), to_tell_apart=())


def _counted_otherwise(replayed: Replayed) -> Iterator[str]:
    """Say which step of the log is the failing one, where the log counts from 1 and the replay from 0."""
    baseline = replayed.baseline
    if baseline is not None and baseline.failure is not None and baseline.shift.log:
        step = baseline.failure.step
        yield f"its step {step} is step {step + baseline.shift.log} of the log"


def _less_likely(cause: Cause) -> Cause:
    """Return a cause that the experiment did not confirm: at most possible."""
    if cause.strength is not Strength.LIKELY:
        return cause
    return replace(cause, strength=Strength.POSSIBLE, contra=(*cause.contra, "the replay found another cause"))


def _fixes(replayed: Replayed) -> tuple[Fix, ...]:
    prescription = replayed.verdict.prescription if replayed.verdict is not None else None
    if prescription is None:
        return ()
    basis = "replay: only delays the failure" if prescription.wording is Wording.DELAYS else "replay, not tested"
    fix = Fix(prescription.text, tested=_tested(prescription, replayed), basis=basis)
    alongside = Fix(prescription.alongside, basis="replay, not tested")
    return (fix, alongside) if prescription.alongside else (fix,)


def _tested(prescription: Prescription, replayed: Replayed) -> str:
    """Say what tested a fix; nothing where nothing did, or where it only delays the failure."""
    if prescription.wording is not Wording.TESTED or replayed.baseline is None:
        return ""
    return f"replay{_extent(replayed.prescribed)}"


def _extent(trial: Trial | None) -> str:
    """Say in how many runs a change was tried, how often it helped, and how long before the failure it began."""
    if trial is None or not trial.tried:
        return ""
    runs = counted(trial.tried, "run") if trial.passed == trial.tried else f"{trial.passed} of {trial.tried} runs"
    return f": {runs}{trial.begun}"
