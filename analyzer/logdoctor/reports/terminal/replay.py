"""The result of a replay for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logdoctor.causes import because
from logdoctor.replayed import PATCHED, Baseline, Birth, Outcome, Phase, Replayed, Trial, Wording
from logdoctor.reports.layout import Page, hanging, wrapped
from logdoctor.wording import counted, number

MAX_TRIALS = 8
MAX_EVIDENCE = 5
MAX_RULED_OUT = 4

_PHASES = {
    Phase.FORWARD: "in the forward pass",
    Phase.BACKWARD: "in the backward pass",
    Phase.OPTIMIZER: "in the optimizer",
    Phase.BEFORE: "before the step",
}

MAX_STEPS = 6
MAX_SOURCE = 160
"""Characters of a line of source that are shown."""

MAX_SWELLS = 3

NEAR_LIMIT = 0.01
"""Part of the largest number of a type from which that number is told."""

_COLUMNS = {
    "loss": "loss",
    "gradient norm": "gradient_norm",
    "rate": "learning_rate",
    "update / weight": "update_ratio",
    "update RMS": "update_rms",
    "loss scale": "loss_scale",
}

_CONCLUSIONS: Mapping[tuple[bool | None, ...], str] = {
    (True, True, False, False): ": it is the state, whatever the batch",
    (True, False, True, False): ": it is the batch, whatever the state",
    (True, False, False, False): ": it takes this batch with this state",
}
"""What the four experiments say together."""

_OUTCOMES = {
    Outcome.REMOVED: "removes it",
    Outcome.POSTPONED: "only delays it",
    Outcome.UNCHANGED: "changes nothing",
    Outcome.WORSE: "makes it worse",
    Outcome.UNTESTED: "was not tried",
}

STILL = "still fails"
"""The wording for a change with which the step fails in another way."""


def render(replayed: Replayed, page: Page) -> str:
    """Return the result as text for a terminal."""
    blocks = (
        _happened(replayed, page),
        _place(replayed.birth, page),
        _run_up(replayed, page),
        _probe(replayed, page),
        _trials(replayed.trials, page),
        _verdict(replayed, page),
        _closing(replayed, page),
    )
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for one in blocks if (lines := list(one))) + "\n"


def _happened(replayed: Replayed, page: Page) -> Iterator[str]:
    baseline = replayed.baseline
    rule = f"  {page.dim(replayed.target.rule)}" if replayed.target.rule else ""
    if baseline is None:
        yield f"{page.bold('replay')}{rule}  step {replayed.target.step}: ended before the window was replayed"
        return
    headline = _headline(baseline, replayed)
    patched = next((one for one in replayed.trials if one.name == PATCHED), None)
    if patched is not None:
        answer = f"With the code as it is now, step {replayed.target.step} {_step_now(patched)}"
        yield from (page.bold(line) for line in wrapped(page.printable(answer), page.width))
        yield ""
        headline = f"Before that change: {headline[:1].lower()}{headline[1:]}"
    yield from (page.bold(line) for line in wrapped(page.printable(headline), page.width))
    yield from hanging("  ", page.printable(_faithful(baseline)), page.width)


def _step_now(patched: Trial) -> str:
    """Say what becomes of the step with code that was changed since the replay."""
    runs = f" in {patched.passed} of {patched.tried} runs" if patched.tried > 1 else ""
    why = f": {patched.reason}" if patched.reason else ""
    phrases = {
        Outcome.REMOVED: f"goes well{runs}",
        Outcome.POSTPONED: f"goes well, and step {patched.failed_step} fails",
        Outcome.WORSE: f"is not reached: step {patched.failed_step} fails already",
        Outcome.UNTESTED: f"was not tried{why}",
    }
    return phrases.get(patched.outcome, f"still fails{why}")


def _headline(baseline: Baseline, replayed: Replayed) -> str:
    failure = baseline.failure
    if not baseline.reproduced and baseline.is_another:
        return (
            f"Step {replayed.target.step} was not replayed: the recipe takes another step than the log shows, from "
            f"step {baseline.state_step} on. No fix is prescribed"
        )
    if failure is None or not baseline.reproduced:
        return (
            f"Step {replayed.target.step} does not fail again: the fault passed, or lies in what was not put back. "
            "No fix is prescribed"
        )
    return f"Step {failure.step} fails again, from the state of step {baseline.state_step}: {failure.description}"


def _faithful(baseline: Baseline) -> str:
    if baseline.follows_log is None:
        return "no logged loss to compare with"
    if not baseline.follows_log and baseline.differs_at is not None and baseline.differs_at > baseline.state_step + 1:
        return f"the replayed losses are the logged ones up to step {baseline.differs_at - 1}, and leave them there"
    if not baseline.follows_log and baseline.drew_others:
        return "the replayed losses are not the logged ones: the steps draw random numbers, whose state was not saved"
    if not baseline.follows_log:
        return f"the replayed loss is not the logged one from step {baseline.differs_at} on: check the recipe"
    floor = "" if not baseline.noise_floor else f"; two replays differ by up to {number(baseline.noise_floor)}"
    largest = baseline.largest_difference or 0.0
    same = "bit by bit" if not largest else f"within {number(largest)}"
    off = baseline.shift
    moved = [f"took the recipe's batch k{off.batch:+d}"] * bool(off.batch)
    moved += [f"was logged at k{off.log:+d}"] * bool(off.log)
    counting = f"; step k of the run {' and '.join(moved)}" if moved else ""
    return f"the losses of {counted(baseline.compared, 'step')} are the logged ones {same}{floor}{counting}"


def _place(birth: Birth | None, page: Page) -> Iterator[str]:
    if birth is None:
        return
    details = [f"module {birth.module}"] if birth.module else []
    details += [f"{birth.dtype}"] if birth.dtype else []
    details += [f"becomes NaN at {birth.promoted}"] if birth.promoted and not birth.spoils_a_mask else []
    yield from hanging("  ", page.printable("; ".join([_born(birth), *details])), page.width)
    if birth.place is not None:
        within = f", in {birth.place.function}" if birth.place.function else ""
        yield from hanging(
            f"  {page.dim('at')}  ", page.printable(f"{birth.place.file}:{birth.place.line}{within}"), page.width
        )
        if birth.place.text:
            yield from hanging("      ", page.printable(birth.place.text[:MAX_SOURCE]), page.width)
    for operand in () if birth.spoils_a_mask else birth.operands:
        if operand.least is not None and operand.greatest is not None:
            shape = " x ".join(map(str, operand.shape)) or "a number"
            span = f"from {number(operand.least)} to {number(operand.greatest)}"
            yield from hanging("  ", f"input {shape} {operand.dtype}, {span}, {operand.state}", page.width)


def _born(birth: Birth) -> str:
    if birth.phase is Phase.BEFORE:
        return f"{birth.leaf} is {birth.result} before the step"
    if birth.spoils_a_mask:
        return f"{birth.culprit} gives NaN {_PHASES[birth.phase]}, of the infinities that {birth.operation} puts there"
    of_what = f" of {birth.culprit}" if birth.is_gradient else ""
    return f"{birth.operation or birth.leaf} gives {_article(str(birth.result))} {_PHASES[birth.phase]}{of_what}"


def _article(word: str) -> str:
    return {"infinite": "an infinity", "nan": "NaN"}.get(word, word)


def _run_up(replayed: Replayed, page: Page) -> Iterator[str]:
    """Yield how it got there: the last steps as a table, and the modules whose outputs grew."""
    baseline = replayed.baseline
    if baseline is None or baseline.failure is None or not baseline.reproduced or not replayed.run_up:
        return
    shown = replayed.run_up[-MAX_STEPS:]
    columns = {name: [getattr(one, field) for one in shown] for name, field in _COLUMNS.items()}
    filled = {name: values for name, values in columns.items() if any(one is not None for one in values)}
    cells = [["step", *(str(one.step) for one in shown)]]
    cells += [[name, *("" if one is None else number(one) for one in values)] for name, values in filled.items()]
    widths = [max(map(len, column)) for column in cells]
    while sum(widths) + 2 * len(widths) > page.width:
        del widths[-1], cells[-1]
    for row in zip(*cells, strict=True):
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    for swell in replayed.swells[:MAX_SWELLS]:
        grown = f"the output of {swell.module} grew from {number(swell.healthy)} to {number(swell.failing)}"
        near = f", its type holds {number(swell.limit)}" if swell.failing > NEAR_LIMIT * swell.limit else ""
        yield from hanging("  ", page.printable(grown + near), page.width)


def _probe(replayed: Replayed, page: Page) -> Iterator[str]:
    probe = replayed.probe
    if probe is None:
        return
    old = f"the state of step {probe.old_step}" if probe.old_step is not None else "an older state"
    cells = (
        ("this state", "this batch", probe.now_flagged),
        ("this state", "other batches", probe.now_other),
        (old, "this batch", probe.old_flagged),
        (old, "other batches", probe.old_other),
    )
    observations = [
        f"{state} with {batch} {'fails' if fails else 'goes well'}"
        for state, batch, fails in cells
        if fails is not None
    ]
    if observations:
        so = _CONCLUSIONS.get(tuple(fails for _, _, fails in cells), "")
        yield from hanging("  ", page.printable("; ".join(observations) + so), page.width)


def _trials(trials: tuple[Trial, ...], page: Page) -> Iterator[str]:
    tried = sorted(trials, key=lambda one: list(Outcome).index(one.outcome))
    for at, one in enumerate(tried[:MAX_TRIALS]):
        label = f"  {page.dim('tried')}  " if at == 0 else " " * 9
        runs = f", {one.passed} of {one.tried} runs" if one.passed and one.tried > 1 else ""
        why = f": {one.reason}" if one.reason else ""
        became = STILL if one.reason and one.outcome is Outcome.UNCHANGED else _OUTCOMES[one.outcome]
        yield from page.beside(label, page.printable(one.text), page.printable(f"{became}{runs}{why}"))
    if len(tried) > MAX_TRIALS:
        yield page.dim(f"         and {counted(len(tried) - MAX_TRIALS, 'more change')}")


def _verdict(replayed: Replayed, page: Page) -> Iterator[str]:
    verdict = replayed.verdict
    if verdict is None:
        return
    known = because(verdict.cause)
    yield from page.beside("  1 ", page.printable(f"{known.text}, confidence {verdict.confidence}"), verdict.cause)
    for sentence in verdict.evidence[:MAX_EVIDENCE]:
        yield from hanging("    + ", page.printable(sentence), page.width)
    if len(replayed.trials) > MAX_TRIALS:  # else all stand in the table above
        for sentence in verdict.ruled_out[:MAX_RULED_OUT]:
            yield from hanging("    - ", page.printable(sentence), page.width)
    if verdict.second:
        yield from page.beside("  2 ", page.printable(because(verdict.second).text), verdict.second)
    prescription = verdict.prescription
    if prescription is not None:
        yield ""
        begun = replayed.prescribed.begun if replayed.prescribed is not None else ""
        aside = f"{prescription.wording}{begun}"
        yield from page.beside(f"  {page.dim('fix')}   ", page.printable(prescription.text), aside)
        if prescription.alongside:
            yield from page.beside(" " * 8, page.printable(prescription.alongside), str(Wording.NOT_TESTED))


def _closing(replayed: Replayed, page: Page) -> Iterator[str]:
    for sentence in (*replayed.limits, *replayed.remarks):
        yield from hanging(f"  {page.dim('note')}  ", page.printable(sentence), page.width)
    ended = {"interrupt": "; interrupted, what was learnt is kept", "budget": "; the budget was spent before the end"}
    cost, environment = replayed.cost, replayed.environment
    yield from wrapped(
        f"{number(cost.steps)} step-equivalents in {cost.seconds:.1f} s on {environment.device}, torch "
        f"{environment.torch}{ended.get(replayed.interrupted, '')}",
        page.width,
    )
