"""Whether the data of a gate were read completely: a regression must not pass because its file is damaged.

A series does not know its file, so damage in any file that the run uses counts for all its series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.diagnosis import Diagnosis, is_judged
from logdoctor.finding import Quantity, Severity
from logdoctor.gate.gaps import gap_in
from logdoctor.gated import Check, Outcome
from logdoctor.run import Notice, Run
from logdoctor.run.notice import DAMAGE
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.wording import counted

KIND, NAME, LOSS = "intact", "read whole", "a training loss"

NOTHING_JUDGED = (
    "none of two values or more was recognised, so its training was not judged: name the series under [roles], assert "
    "what the run does log, or leave the run out with `exclude`"
)


def damage_of(run: Run) -> tuple[Notice, ...]:
    """Return the damage that may have cost a gated series values.

    Damage to a copy that was replaced by a better one costs nothing, unless a loss is missing: it may have been there.
    """
    unused = {source.path for source in run.sources if not source.used}
    whole = run.find(TrainLoss) is not None and run.find(ValLoss) is not None
    return tuple(one for one in run.notices if one.kind == DAMAGE and not (whole and one.path in unused))


def intact_checks(runs: Sequence[Run]) -> Iterator[Check]:
    """Yield for each run whether its training and validation loss were read completely and there is one to judge."""
    for run in runs:
        losses = [one for role in (TrainLoss, ValLoss) if (one := run.find(role)) is not None]
        names = ", ".join(one.name for one in losses) or "training and validation loss"
        gap = next((gap for one in losses if (gap := gap_in(one, run)) is not None), None)
        found = damage_of(run)
        reasons = [described(found)] if found else []
        reasons += [gap.text] if gap else []
        if not reasons and not is_judged(run):
            yield Check(KIND, LOSS, run.name, "", Severity.ERROR, Outcome.INCONCLUSIVE, NOTHING_JUDGED)
            continue
        outcome = Outcome.INCONCLUSIVE if reasons else Outcome.PASSED
        message = f"cannot be judged: {'; '.join(reasons)}" if reasons else "without damage or gaps"
        evidence = {"damaged places": Quantity(len(found))} if found else {}
        yield Check(KIND, NAME, run.name, names, Severity.ERROR, outcome, message, evidence, gap.span if gap else None)


def missing_runs(diagnosis: Diagnosis) -> Iterator[Check]:
    """Yield an inconclusive check for each place that may hold a run but where none was read."""
    for text in diagnosis.skipped.in_doubt:
        path, _, reason = text.removesuffix(")").rpartition(" (")
        message = f"{reason}: whether a run there is sound cannot be told"
        yield Check("runs", "all runs read", path, "", Severity.ERROR, Outcome.INCONCLUSIVE, message)


def described(found: Sequence[Notice]) -> str:
    """Describe the damage: the first place in full, then the number of the others."""
    first = found[0]
    text = first.message.rstrip(".")
    more = f"; and {counted(len(found) - 1, 'more place')}" if len(found) > 1 else ""
    return f"{text if text.startswith(first.path) else f'{first.path}: {text}'}{more}"


def enough_runs(runs: Sequence[Run], required: int) -> Iterator[Check]:
    """Yield an inconclusive check when there are fewer runs than required."""
    if len(runs) < required:
        message = f"{len(runs):,} of {required:,} required runs found"
        evidence = {"runs": Quantity(len(runs))}
        name = f"require-runs {required}"
        yield Check("runs", name, "*", "", Severity.ERROR, Outcome.INCONCLUSIVE, message, evidence)
