"""The free tests: what every rule must satisfy, the built-in ones and those of anybody's pack.

    from logdoctor.testing import check_pack

    def test_free() -> None:
        assert check_pack("my_rules") == []

Each test is a function that yields what is wrong, one sentence each; nothing yielded means that all is well. A rule or
an example on which a change rightly makes a difference says so in its `varies`, with the reason.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

import numpy as np

from logdoctor.causes import because
from logdoctor.engine import Bench, compare, examine
from logdoctor.finding import Comparison, Crashed, Finding, NotApplicable, Severity
from logdoctor.packs import installed_rules, rules_in
from logdoctor.rule import Example, Rule
from logdoctor.run import Axis, Run, Series, Split, naming, roles
from logdoctor.run.roles import Role
from logdoctor.run.understand import understand
from logdoctor.signals import Siblings

MAX_LINES = 160
"""Lines of a rule's file without its imports and examples: what a reader takes in at once."""

MIN_DOC = 30
"""Characters below which the doc of a threshold cannot say what it means and where it comes from."""

THINNABLE = 50
"""Points that every curve must have before dropping some is no more than a coarser log of the same run."""

LOST_SHARE = 0.01
"""Share of points that a careless logger loses."""

DOWN = (0.0, 1e-6, 1e-3, 0.03, 0.1, 0.3, 0.5, 0.8)
UP = (1.25, 2.0, 3.0, 10.0, 30.0, 1e3, 1e6, math.inf)
"""Factors by which a threshold is pushed: all the way, and less far for those that mean nothing there."""


def check_pack(package: str) -> list[str]:
    """Run every free test on the rules of a package; returns the problems, none when all is well."""
    rules = [rule() for rule in rules_in(package)]
    if not rules:
        return [f"{package} holds no rules"]
    problems = [problem for rule in rules for test in FREE_TESTS for problem in test(rule)]
    return problems + list(relation_problems(rules)) + list(crash_problems(rules))


# Examples


def example_problems(rule: Rule) -> Iterator[str]:
    """Ask a rule about its own examples: it must fire, or pass after having been asked."""
    for example in rule.examples:
        wanted, got = ("fires" if example.fires else "is silent"), _verdict(rule, example)
        if got != wanted:
            yield f"{rule.id}: on {example.title!r} the rule {got}, though it {wanted} there by its own word"


def _verdict(rule: Rule, example: Example) -> str:
    """Say what a rule makes of an example, as a verb."""
    return _said(Bench(example.run, example.siblings), rule)


def _said(bench: Bench, rule: Rule) -> str:
    match bench.ask(rule):
        case NotApplicable(reason=reason):
            return f"is not applicable ({reason})"
        case Crashed(error=error):
            return f"crashes ({error.splitlines()[-1]})"
        case []:
            return "is silent"
        case _:
            return "fires"


# Contract


def contract_problems(rule: Rule) -> Iterator[str]:
    """Check what a rule says of itself, and that its findings on its own examples keep to it."""
    for problem in (*_form(rule), *_threshold_docs(rule), *_example_form(rule), *_findings_form(rule)):
        yield f"{rule.id}: {problem}"


def _form(rule: Rule) -> Iterator[str]:
    module = type(rule).__module__.rpartition(".")[2]
    if rule.id != module.replace("_", "-"):
        yield f"the file is called {module}.py, not {rule.id.replace('-', '_')}.py"
    doc = (vars(type(rule)).get("__doc__") or "").strip()
    if not doc or doc.startswith(f"{type(rule).__name__}("):  # dataclasses write one where there is none
        yield "the class has no docstring to say what a finding means"
    if not rule.title.strip() or rule.title.endswith("."):
        yield f"the title {rule.title!r} is empty or ends in a full stop"
    if not isinstance(rule.severity, Severity):
        yield f"the severity {rule.severity!r} is none"
    if not rule.causes and rule.severity is not Severity.NOTE:
        yield "a rule above a note names at least one cause"
    if not rule.limits.strip():
        yield "the limits are not said: what it needs before it speaks, and what it cannot see"
    for cause in rule.causes:
        try:
            because(cause)
        except KeyError:
            yield f"the cause {cause!r} is unknown"
    if (lines := _lines_to_read(inspect.getsource(inspect.getmodule(rule) or type(rule)))) > MAX_LINES:
        yield f"the file has {lines} lines without its imports and examples, more than {MAX_LINES}"


def _lines_to_read(source: str) -> int:
    module = ast.parse(source)
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    examples = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and any(ast.unparse(name) == "examples" for name in node.targets)
    ]
    spent = sum((one.end_lineno or one.lineno) - one.lineno + 1 for one in (*imports, *examples))
    return len(source.splitlines()) - spent


def _threshold_docs(rule: Rule) -> Iterator[str]:
    for name, default, doc in rule.thresholds():
        if len(doc) < MIN_DOC or not any(mark in doc for mark in ":;(,"):
            yield f"the doc of {name} does not say where {default:g} comes from: {doc!r}"


def _example_form(rule: Rule) -> Iterator[str]:
    titles = [example.title for example in rule.examples]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"two examples are called {title!r}"
    for kind, word in ((True, "fires"), (False, "silent")):
        if not any(example.fires is kind for example in rule.examples):
            yield f"there is no example of the kind `{word}`"
    for varies in (rule.varies, *(example.varies for example in rule.examples)):
        for name in sorted(set(varies) - set(CHANGES)):
            yield f"`varies` names the change {name!r}, which is none; there are {', '.join(CHANGES)}"


def _findings_form(rule: Rule) -> Iterator[str]:
    named: set[str] = set()
    for example in rule.examples:
        answer = Bench(example.run, example.siblings).ask(rule)
        for finding in answer if isinstance(answer, list) else ():
            if isinstance(finding, Comparison):
                yield from (f"on {example.title!r} {one}" for one in comparison_problems(rule, finding, example))
                continue
            named |= {cause.id for cause in finding.causes}
            for problem in finding_problems(rule, finding, example.run):
                yield f"on {example.title!r} {problem}"
    for cause in [one for one in rule.causes if one not in named]:
        yield f"the declared cause {cause!r} is named by no finding on its examples"


def finding_problems(rule: Rule, finding: Finding, run: Run) -> Iterator[str]:
    """Check a finding against its rule and the run that it is about."""
    if finding.rule != rule.id:
        yield f"the finding calls itself {finding.rule!r}"
    if not any(letter.isdigit() for letter in finding.message):
        yield f"the message holds no number: {finding.message!r}"
    if not finding.evidence:
        yield "the finding carries no evidence"
    if not finding.spans and not finding.places:
        yield "the finding points at no stretch of a series and at no place in a file"
    files = {n.path for n in run.notices} | {event.path for event in run.events} | {file.path for file in run.sources}
    for path in sorted({place.path for place in finding.places} - files):
        yield f"a place is in {path!r}, which no notice, event or source of the run names"
    for cause in sorted({one.id for one in finding.causes} - set(rule.causes)):
        yield f"the finding names the cause {cause!r}, which the rule does not declare"
    series = {one.name: one for one in run.series}
    for span in finding.spans:
        if span.series not in series:
            yield f"a span is on {span.series!r}, which the run does not have"
            continue
        steps = series[span.series].steps
        if not steps.min() <= span.first_step <= span.last_step <= steps.max():
            yield (
                f"the span {span.first_step} to {span.last_step} of {span.series} does not lie within its steps "
                f"{steps.min()} to {steps.max()}"
            )


def comparison_problems(rule: Rule, comparison: Comparison, example: Example) -> Iterator[str]:
    """Check a comparison against its rule and the runs that it is about."""
    if comparison.rule != rule.id:
        yield f"the comparison calls itself {comparison.rule!r}"
    if not any(letter.isdigit() for letter in comparison.message):
        yield f"the message holds no number: {comparison.message!r}"
    if not comparison.evidence:
        yield "the comparison carries no evidence"
    if len(comparison.runs) < 2 or set(comparison.runs) - {run.name for run in (example.run, *example.siblings)}:
        yield f"the comparison is not about runs of its set-up: {', '.join(comparison.runs)}"


def relation_problems(rules: Sequence[Rule]) -> Iterator[str]:
    """Check what rules say of each other: ids are unique, `explains` names rules, and no two explain each other."""
    ids = [rule.id for rule in rules]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{name}: the id is taken twice"
    known = {*ids, *(rule.id for rule in installed_rules())}
    for rule in rules:
        for name in [one for one in rule.explains if one not in known]:
            yield f"{rule.id}: explains {name!r}, which is no rule"
    try:
        TopologicalSorter({rule.id: set(rule.explains) for rule in rules}).prepare()
    except CycleError as cycle:
        yield f"{' explains '.join(reversed(cycle.args[1]))}: explanations go in a circle"


def crash_problems(rules: Sequence[Rule]) -> Iterator[str]:
    """Ask every rule about the examples of all: none may crash on what another was made for."""
    for owner in rules:
        for example in owner.examples:
            _, group_crashes = compare(Siblings.among(example.run, example.siblings), rules)
            for crash in (*examine(example.run, rules, example.siblings).crashed, *group_crashes):
                yield f"{crash.rule}: crashes on {example.title!r} of {owner.id}: {crash.error.splitlines()[-1]}"


# Invariance


@dataclass(frozen=True)
class Change:
    """Another way of logging the same run, which must not change a verdict.

    Dropping points may take the evidence itself away, such as a spike of one point. So there can be several variants: a
    rule must fire in one of them, or be silent in all.
    """

    variants: tuple[Callable[[Run], Run], ...]
    suits: Callable[[Run], bool] = lambda run: bool(run.series)


def invariance_problems(rule: Rule) -> Iterator[str]:
    """Log every example in other ways: the verdict must stay, and what `varies` excuses must need the excuse."""
    varied = set()
    for example in rule.examples:
        for name, change in CHANGES.items():
            if not change.suits(example.run):
                continue
            wanted = "fires" if example.fires else "is silent"
            told = [_verdict(rule, _changed(example, variant)) for variant in change.variants]
            kept = wanted in told if example.fires else set(told) == {wanted}
            if not kept and name not in example.varies and name not in rule.varies:
                wrong = next(one for one in told if one != wanted)
                yield f"{rule.id}: on {example.title!r} the rule {wanted}, but with {name} it {wrong}"
            if kept and name in example.varies:
                yield f"{rule.id}: {example.title!r} says that it varies with {name}, but it does not"
            varied |= set() if kept else {name}
    for name in sorted(set(rule.varies) - varied):
        yield f"{rule.id}: says that it varies with {name}, but no example does"


def _changed(example: Example, change: Callable[[Run], Run]) -> Example:
    return replace(example, run=change(example.run), siblings=tuple(map(change, example.siblings)))


def _each(change: Callable[[Series], Series]) -> Callable[[Run], Run]:
    return lambda run: replace(run, series=tuple(map(change, run.series)))


def _again(run: Run, series: Iterable[Series]) -> Run:
    """Find the roles anew, as if the series had just been read."""
    return replace(run, series=understand(replace(one, split=Split.NONE, role=roles.Unknown) for one in series))


def _in_bits(series: Series) -> Series:
    return replace(series, values=series.values / math.log(2)) if issubclass(series.role, roles.Loss) else series


def _on_steps(factor: int, offset: int, axis: Axis | None = None) -> Callable[[Run], Run]:
    """Count the steps otherwise, of curves and of lines of text alike."""

    def count(run: Run) -> Run:
        series = (replace(one, steps=one.steps * factor + offset, axis=axis or one.axis) for one in run.series)
        events = (one if one.step is None else replace(one, step=one.step * factor + offset) for one in run.events)
        return replace(run, series=tuple(series), events=tuple(events))

    return count


def _counts_epochs(run: Run) -> bool:
    return any(series.axis is Axis.EPOCH for series in run.series)


def _with_unrelated(run: Run) -> Run:
    """Add a temperature and a quantity of unknown meaning with NaN and infinities in it."""
    longest = max(run.series, key=len)
    heat = 60 + 20 * np.random.default_rng(7).random(len(longest))
    odd = np.where(heat > 75, np.nan, np.where(heat < 62, np.inf, heat**3))
    added = [replace(longest, name="system/gpu_0_temperature", values=heat), replace(longest, name="x17", values=odd)]
    return _again(run, [added[0], *run.series, added[1]])


def _losing(seed: int) -> Callable[[Series], Series]:
    """Lose some points at random, the same of every series: a record that was not written."""

    def lose(series: Series) -> Series:
        n = len(series)
        lost = np.random.default_rng((seed, n)).choice(n, max(1, round(LOST_SHARE * n)), replace=False)
        return series.take(np.delete(np.arange(n), lost))

    return lose


def _is_dense(run: Run) -> bool:
    return all(len(series) >= THINNABLE for series in run.series)


CONVENTIONS: Mapping[str, Mapping[type[Role], str]] = {
    "TensorBoard": {
        roles.TrainLoss: "Loss/train", roles.ValLoss: "Loss/validation", roles.LearningRate: "Train/lr",
        roles.GradNorm: "Train/grad norm", roles.TrainMetric: "{}/train", roles.ValMetric: "{}/validation",
        roles.TrainError: "{}/train", roles.ValError: "{}/validation",
    },
    "Keras": {
        roles.TrainLoss: "loss", roles.ValLoss: "val_loss", roles.LearningRate: "learning_rate",
        roles.GradNorm: "gradient_norm", roles.TrainMetric: "{}", roles.ValMetric: "val_{}",
        roles.TrainError: "{}", roles.ValError: "val_{}",
    },
    "Hugging Face": {
        roles.TrainLoss: "train/loss", roles.ValLoss: "eval/loss", roles.LearningRate: "train/learning_rate",
        roles.GradNorm: "train/grad_norm", roles.TrainMetric: "train/{}", roles.ValMetric: "eval/{}",
        roles.TrainError: "train/{}", roles.ValError: "eval/{}",
    },
    "Lightning": {
        roles.TrainLoss: "train_loss_epoch", roles.ValLoss: "valid_loss", roles.LearningRate: "lr-AdamW/pg1",
        roles.GradNorm: "grad_2.0_norm_total", roles.TrainMetric: "train_{}_epoch", roles.ValMetric: "valid_{}",
        roles.TrainError: "train_{}_epoch", roles.ValError: "valid_{}",
    },
    "Megatron": {
        roles.TrainLoss: "lm loss", roles.ValLoss: "lm loss validation", roles.LearningRate: "learning-rate",
        roles.GradNorm: "grad-norm", roles.LossScale: "loss-scale",
    },
}  # fmt: skip
"""How frameworks spell a role; a metric keeps its stem."""


def _named_as(spelling: Mapping[type[Role], str]) -> Callable[[Run], Run]:
    """Spell the first series of each role, or of each stem, as a framework does."""

    def rename(run: Run) -> Run:
        taken: set[str] = set()
        renamed = []
        for one in run.series:
            stem = "_".join(naming.stem_of(one.name))
            name = spelling[one.role].replace("{}", stem) if one.role in spelling else one.name
            renamed.append(replace(one, name=name) if name and name not in taken else one)
            taken.add(name)
        return _again(run, renamed)

    return rename


CHANGES: Mapping[str, Change] = {
    "ten times the steps": Change((_on_steps(10, 0),)),
    "steps counted from one": Change((_on_steps(1, 1),)),
    "steps instead of epochs": Change((_on_steps(100, 0, Axis.STEP),), _counts_epochs),
    "bits instead of nats": Change((_each(_in_bits),)),
    "unrelated series": Change((_with_unrelated,)),
    "the series in another order": Change((lambda run: _again(run, reversed(run.series)),)),
    **{f"the names of {who}": Change((_named_as(spelling),)) for who, spelling in CONVENTIONS.items()},
    "every second point": Change(tuple(_each(lambda s, k=k: s.take(slice(k, None, 2))) for k in (0, 1)), _is_dense),  # type: ignore[misc]
    "lost points": Change(tuple(_each(_losing(seed)) for seed in range(3)), _is_dense),
}
"""Every change by its name, as `varies` spells it."""


# Thresholds


def threshold_problems(rule: Rule) -> Iterator[str]:
    """Push every threshold both ways: one way must silence an example that fires, the other make a silent one fire.

    A threshold that decides on what is said instead of whether (a severity, a cause) must change that both ways.
    """
    benches = [(example, Bench(example.run, example.siblings)) for example in rule.examples]
    with np.errstate(all="ignore"):
        for name, default, _ in rule.thresholds():
            down = [replace(rule, **{name: factor * default}) for factor in DOWN]
            up = [replace(rule, **{name: factor * default}) for factor in UP]
            lower, higher = _flips(down, benches), _flips(up, benches)
            if {"silenced", "raised"} <= lower | higher and lower and higher:
                continue
            if not lower | higher and _rewords(rule, down, benches) and _rewords(rule, up, benches):
                continue
            yield f"{rule.id}: {name} = {default:g} is not pinned: {_unpinned(lower, higher)}"


def _flips(pushed: Iterable[Rule], benches: Sequence[tuple[Example, Bench]]) -> set[str]:
    found = set()
    for variant in pushed:
        for example, bench in benches:
            said = _said(bench, variant)
            if example.fires and said == "is silent":
                found.add("silenced")
            elif not example.fires and said == "fires":
                found.add("raised")
    return found


def _rewords(rule: Rule, pushed: Iterable[Rule], benches: Sequence[tuple[Example, Bench]]) -> bool:
    """Whether a push changes the severity, the causes or the evidence of a finding, or what a comparison says."""
    return any(
        (said := _judgement(bench, variant)) is not None and said != _judgement(bench, rule)
        for variant in pushed
        for example, bench in benches
        if example.fires
    )


def _judgement(bench: Bench, rule: Rule) -> object:
    answer = bench.ask(rule)
    if not isinstance(answer, list):
        return None
    return [
        (one.message, dict(one.evidence))
        if isinstance(one, Comparison)
        else (one.severity, [(c.id, c.strength, c.pro) for c in one.causes], dict(one.evidence))
        for one in answer
    ]


def _unpinned(lower: set[str], higher: set[str]) -> str:
    told = {"silenced": "silences an example that fires", "raised": "makes a silent example fire"}
    ways = [
        f"{way} it {' and '.join(told[one] for one in sorted(flips)) or 'changes no verdict'}"
        for way, flips in (("lowering", lower), ("raising", higher))
    ]
    return ", ".join(ways)


# Cross-fire


def crossfire(rules: Sequence[Rule]) -> str:
    """Return the table of every rule on the examples of every rule, one line an example, to be approved by eye."""
    lines = []
    for owner in sorted(rules, key=lambda rule: rule.id):
        for example in owner.examples:
            outcomes = examine(example.run, rules, example.siblings)
            compared, crashed = compare(Siblings.among(example.run, example.siblings), rules)
            said = [_crossing(finding) for finding in sorted(outcomes.findings, key=lambda f: f.rule)]
            said += [f"{one.rule} (comparison)" for one in sorted(compared, key=lambda one: one.rule)]
            said += [f"{crash.rule} CRASHED" for crash in (*outcomes.crashed, *crashed)]
            lines.append(f"{owner.id} {'fires' if example.fires else 'silent'}: {example.title}")
            lines.extend(f"    {one}" for one in said)
    return "\n".join(lines) + "\n"


def _crossing(finding: Finding) -> str:
    folded = f", explained by {finding.explained_by}" if finding.explained_by else ""
    return f"{finding.rule} ({finding.severity}{folded})"


FREE_TESTS: tuple[Callable[[Rule], Iterator[str]], ...] = (
    example_problems, contract_problems, invariance_problems, threshold_problems,
)  # fmt: skip
"""The free tests of one rule alone."""
