"""The contract of every rule: about its metadata, its findings, and its relation to other rules."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from logdoctor.causes import because
from logdoctor.engine import Bench, compare, examine
from logdoctor.finding import Comparison, Finding, Severity
from logdoctor.packs import installed_rules
from logdoctor.rule import Example, Rule
from logdoctor.run import Run
from logdoctor.signals import Siblings
from logdoctor.testing.changes import CHANGES

MAX_LINES = 160
"""Lines of a rule's file without its imports and examples: what a reader takes in at once."""

MIN_DOC = 30
"""Characters below which the doc of a threshold cannot say what it means and where it comes from."""


def contract_problems(rule: Rule) -> Iterator[str]:
    """Check how a rule describes itself, and that its findings on its own examples keep to it."""
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
    """Check how rules refer to each other: ids are unique, `explains` names rules, and no two explain each other."""
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
