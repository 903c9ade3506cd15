"""The terminal report: one entry per problem, from what happened to what to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Cause, Comparison, Finding, Quantity, Severity
from logdoctor.gated import Gated, Verdict
from logdoctor.reports.advice import MAX_CAUSES, chosen_fixes, is_sentence, measured
from logdoctor.reports.entries import Entry, entries
from logdoctor.reports.layout import Page, cells, hanging, listed, padded, wrapped
from logdoctor.reports.report import Report
from logdoctor.reports.sibling_names import briefly
from logdoctor.reports.summary import all_clear, coverage, damage, failed_rules, unjudged
from logdoctor.reports.terminal.curves import curve_lines
from logdoctor.reports.terminal.gate import gate_lines
from logdoctor.reports.verdict import verdict
from logdoctor.wording import counted, shown_name

MAX_PROBLEMS = 40
"""Problems told in full: a thousand lines, more than is read; each further one has a line."""

MAX_FURTHER = 100
SCREENFUL = 5
"""Problems from which on the first has scrolled away when the last is there."""

MAX_FIXES = 4
MAX_FIXES_OF_A_CAUSE = 2
MAX_TO_LOG = 2
MAX_NOTES = 10
MAX_PLACES = 3
MAX_COMPARISONS = 10

_IS = {
    Verdict.FAILED: "failed",
    Verdict.INCONCLUSIVE: "is inconclusive",
    Verdict.UNFINISHED: "is unfinished",
}
"""What a gate did that did not pass."""


def render(report: Report, page: Page) -> str:
    """Return the diagnosis as text for a terminal."""
    diagnosis = report.diagnosis
    found = briefly(entries(diagnosis), {one.run.name for one in diagnosis.runs})
    problems = [entry for entry in found if entry.finding.severity is not Severity.NOTE]
    notes = [entry for entry in found if entry.finding.severity is Severity.NOTE]
    in_full = _in_full(problems)
    sections = [list(_problem(entry, page)) for entry in in_full] or [[_nothing_wrong(report)]]
    sections.append(list(_further([entry for entry in problems if entry not in in_full], page)))
    sections.append(list(_notes(notes, page)))
    sections.append(list(_comparisons(diagnosis.comparisons, page)))
    sections.append(_plain(damage(diagnosis, page), page))
    sections.append(_plain(unjudged(diagnosis, page), page))
    sections.append(_plain(failed_rules(diagnosis, page), page))
    sections.append(list(_gate(report.gated, page)))
    sections.append(_plain([*_verdict(diagnosis, len(problems)), coverage(diagnosis, report.seconds)], page))
    return "\n\n".join("\n".join(line.rstrip() for line in section) for section in sections if section) + "\n"


def _nothing_wrong(report: Report) -> str:
    left_out = f"; {report.left_out}" if report.left_out else ""
    gated = report.gated
    gate = "" if gated is None or gated.verdict is Verdict.PASSED else f"The gate {_IS[gated.verdict]}, see below. "
    return f"{gate}{all_clear(report.diagnosis)}{left_out}."


def _verdict(diagnosis: Diagnosis, problems: int) -> Iterator[str]:
    """Yield how many runs failed and how, where the problems above do not fit on a screen."""
    if problems > SCREENFUL:
        headline, more = verdict(diagnosis)
        yield f"{headline}. {more}".rstrip()


def _in_full(problems: Sequence[Entry]) -> list[Entry]:
    """Return the problems to print in full, in order: of many, the first of each rule before the second of any."""
    of_rule: Counter[str] = Counter()
    nth: list[int] = []
    for entry in problems:
        nth.append(of_rule[entry.finding.rule])
        of_rule[entry.finding.rule] += 1
    first = sorted(range(len(problems)), key=nth.__getitem__)[:MAX_PROBLEMS]
    return [problems[at] for at in sorted(first)]


def _further(problems: Sequence[Entry], page: Page) -> Iterator[str]:
    """Yield a line for each problem after those printed in full."""
    for entry in problems[:MAX_FURTHER]:
        finding = entry.finding
        message = f"{shown_name(entry.run)}: {finding.message}{_also_in(entry)}"
        yield from _labelled(
            f"{page.severity(finding.severity)}  {page.dim(finding.rule)}  ", page.printable(message), page
        )
    if len(problems) > MAX_FURTHER:
        yield f"and {counted(len(problems) - MAX_FURTHER, 'more problem')} (--output-format json has all)"


def _also_in(entry: Entry) -> str:
    return f"; also in {counted(len(entry.others), 'more run')}" if entry.others else ""


def _plain(lines: Sequence[str] | Iterator[str], page: Page) -> list[str]:
    return [line for text in lines for line in wrapped(text, page.width)]


def _problem(entry: Entry, page: Page) -> Iterator[str]:
    finding = entry.finding
    shown = [
        *curve_lines(entry.run, finding, page),
        *_places(finding, page),
        *_evidence(finding, page),
        *_elsewhere(entry, page),
    ]
    causes = [
        line for rank, cause in enumerate(finding.causes[:MAX_CAUSES], start=1) for line in _cause(rank, cause, page)
    ]
    what_to_do = [
        *_fixes(finding.causes, page),
        *_to_log(finding, page),
        f"  {page.dim('next')}  logdoctor rule {finding.rule}",
    ]
    yield from _what_happened(entry, page)
    for block in (shown, causes, what_to_do):
        if block:
            yield ""
            yield from block


def _what_happened(entry: Entry, page: Page) -> Iterator[str]:
    finding = entry.finding
    siblings = f", also in {counted(len(entry.others), 'more run')}" if entry.others else ""
    head = f"{page.severity(finding.severity)}  {page.dim(finding.rule)}  "
    name, sure = page.printable(shown_name(entry.run)), f"confidence {finding.confidence}{siblings}"
    if cells(head) + cells(name) + 2 + cells(sure) <= page.width:
        yield from page.beside(head, name, sure)
    else:  # a line of its own, so that the name can be copied
        yield from page.beside(head, "", sure)
        yield from hanging("  ", name, page.width)
    yield from (page.bold(line) for line in wrapped(page.printable(finding.message), page.width))


def _evidence(finding: Finding, page: Page) -> Iterator[str]:
    """Yield the numbers on one line, then what takes a sentence."""
    sentences = {name: str(q.value) for name, q in finding.evidence.items() if is_sentence(q)}
    numbers = [_measured(name, q) for name, q in finding.evidence.items() if name not in sentences]
    for text in ("; ".join(numbers), *sentences.values()):
        if text:
            yield from hanging("  ", page.printable(text), page.width)


def _places(finding: Finding, page: Page) -> Iterator[str]:
    """Yield the places in files, each as editors and compilers write them."""
    for place in finding.places[:MAX_PLACES]:
        yield from hanging(f"  {page.dim('at')}  ", page.printable(str(place)), page.width)
    if len(finding.places) > MAX_PLACES:
        yield page.dim(f"  and {counted(len(finding.places) - MAX_PLACES, 'more place')}")


def _measured(name: str, quantity: Quantity) -> str:
    return " ".join(part for part in (name, *measured(name, quantity)) if part)


def _elsewhere(entry: Entry, page: Page) -> Iterator[str]:
    """Yield the further findings of this run, the other runs that have it, and what is folded under it."""
    for again in entry.again:
        yield from hanging("  ", page.printable(f"also: {again.message}"), page.width)
    if entry.others:
        names = [page.printable(shown_name(run)) for run in entry.others]
        label = "  also in  "
        names_listed = listed(names, page.width - cells(label))
        if names_listed.startswith(names[0]):  # the head has counted them
            yield page.dim(label + names_listed)
    if entry.consequences:
        label = "  with it  "
        rules = ", ".join(dict.fromkeys(one.rule for one in entry.consequences))
        only = entry.consequences[0].message if len(entry.consequences) == 1 else ""
        for line in hanging(label, page.printable(f"{rules}: {only}" if only else rules), page.width):
            yield page.dim(line)


def _cause(rank: int, cause: Cause, page: Page) -> Iterator[str]:
    text = page.printable(f"{cause.text}, {cause.strength}")
    yield from page.beside(f"  {rank} ", text, cause.id)
    for sign, reasons in (("+", cause.pro), ("-", cause.contra)):
        for reason in reasons:
            yield from hanging(f"    {sign} ", page.printable(reason), page.width)


def _fixes(causes: Sequence[Cause], page: Page) -> Iterator[str]:
    chosen = list(chosen_fixes(causes, MAX_FIXES, MAX_FIXES_OF_A_CAUSE))
    asides = [page.printable(f"tested by {fix.tested}" if fix.tested else fix.basis) for fix in chosen]
    half = page.width // 2
    column = max((cells(aside) for aside in asides if cells(aside) <= half), default=0)
    for at, (fix, aside) in enumerate(zip(chosen, asides, strict=True)):
        label = f"  {page.dim('try')}   " if at == 0 else " " * 8
        yield from page.beside(label, page.printable(fix.text), padded(aside, column))


def _to_log(finding: Finding, page: Page) -> Iterator[str]:
    """Yield what to log next time to distinguish the causes."""
    for at, text in enumerate(finding.to_tell_apart[:MAX_TO_LOG]):
        label = "  log   " if at == 0 else " " * 8
        first, *rest = hanging(label, page.printable(text), page.width)
        yield first.replace("log", page.dim("log"), 1) if at == 0 else first
        yield from rest


def _comparisons(comparisons: Sequence[Comparison], page: Page) -> Iterator[str]:
    for one in comparisons[:MAX_COMPARISONS]:
        more = counted(len(one.runs) - 1, "more run")
        label = f"compared  {page.dim(one.rule)}  "
        yield from _labelled(label, page.printable(f"{one.runs[0]} and {more}: {one.message}"), page)
    if len(comparisons) > MAX_COMPARISONS:
        yield f"and {counted(len(comparisons) - MAX_COMPARISONS, 'more comparison')} (--output-format json has all)"


def _gate(gated: Gated | None, page: Page) -> Iterator[str]:
    for label, text in gate_lines(gated) if gated else ():
        yield from _labelled(f"{page.dim(label)}  ", page.printable(text), page)


def _labelled(label: str, text: str, page: Page) -> Iterator[str]:
    """Break a text after a label; what follows the first line is indented a little, not as far as the label is wide."""
    first, *rest = wrapped(text, page.width - cells(label))
    yield label + first
    for line in wrapped(" ".join(rest), page.width - 6) if rest else ():
        yield " " * 6 + line


def _notes(notes: Sequence[Entry], page: Page) -> Iterator[str]:
    for entry in notes[:MAX_NOTES]:
        rules = ", ".join(dict.fromkeys(one.rule for one in entry.consequences))
        folded = f" (with {rules})" if rules else ""
        at = f" ({entry.finding.places[0]})" if entry.finding.places else ""
        message = f"{shown_name(entry.run)}: {entry.finding.message}{at}{folded}{_also_in(entry)}"
        label = f"{page.severity(Severity.NOTE)}  {page.dim(entry.finding.rule)}  "
        yield from _labelled(label, page.printable(message), page)
    if len(notes) > MAX_NOTES:
        yield f"and {counted(len(notes) - MAX_NOTES, 'more note')} (--output-format json has all)"
