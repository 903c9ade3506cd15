"""A problem in the report: what, where, why, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Cause, Finding, Fix, Strength
from logdoctor.reports.advice import chosen_fixes, is_sentence, measured
from logdoctor.reports.entries import Entry
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.chart import chart, span_words
from logdoctor.reports.html.closeup import close_up
from logdoctor.reports.html.curves import SIBLING, Curve, Panel, panels
from logdoctor.reports.html.names import LONGEST, NAMING, RunName, Text, cut, linked
from logdoctor.reports.html.shapes import Chart
from logdoctor.reports.html.sparks import Spark, spark
from logdoctor.run import Run
from logdoctor.wording import counted

MAX_FIXES, MAX_FIXES_OF_A_CAUSE = 6, 3

OPEN_ROWS = 3
"""Up to so many other runs are shown at once; more are a fold."""

MAX_SIBLINGS_DRAWN = 1

SUBJECT = 26
"""Characters of the name of a run in a list of findings."""

_PLAIN_WORD = re.compile(r"(?!ln )[a-z]+(?:-[a-z]+)*[,:;]?(?: |$)")


@dataclass(frozen=True)
class CauseView:
    """Why it may have happened."""

    id: str
    text: str
    strength: str
    pro: tuple[Text, ...]
    contra: tuple[Text, ...]


@dataclass(frozen=True)
class FixView:
    """Something to try, and what tested it."""

    text: str
    tested: Text | None
    basis: Text | None
    """What it was read from; None where the advice is general."""


@dataclass(frozen=True)
class OtherRun:
    """Another run with the same finding."""

    name: RunName
    message: str
    """What the finding says of this run."""
    spark: Spark | None


@dataclass(frozen=True)
class Consequence:
    """A finding that is folded under this one."""

    rule: str
    message: str


@dataclass(frozen=True)
class FindingView:
    """One problem: the clearest of the findings that are the same, and where else it is."""

    id: str
    rule: str
    severity: str
    confidence: str
    title: str
    run: RunName
    subject: str
    """The run, or the folder of several, as short as a list of findings has room for."""
    where: tuple[str, ...]
    places: tuple[str, ...]
    count: int
    chart: Chart | None
    close_up: Chart | None
    evidence: tuple[tuple[str, str, str], ...]
    """Name, value, unit."""
    sentences: tuple[str, ...]
    causes: tuple[CauseView, ...]
    bare_causes: tuple[tuple[str, str], ...]
    """Text and id of those that nothing in the log speaks for or against."""
    fixes: tuple[FixView, ...]
    to_tell_apart: tuple[str, ...]
    again: tuple[str, ...]
    others: tuple[OtherRun, ...]
    others_word: str
    consequences: tuple[Consequence, ...]
    references: tuple[str, ...]
    command: str

    @property
    def shows_others(self) -> bool:
        """Whether the other runs are few enough to be shown unasked."""
        return len(self.others) <= OPEN_ROWS


def identity(run: Run, finding: Finding) -> str:
    """Return what a link to a finding names: rule, run and series, none of the values that may change."""
    series = finding.spans[0].series if finding.spans else ""
    key = "|".join((finding.rule, run.name, series))
    return f"{finding.rule}-{sha256(key.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def views(found: Sequence[Entry], diagnosis: Diagnosis, names: dict[str, RunName]) -> tuple[FindingView, ...]:
    """Return the problems, in their order; two with one identity are numbered."""
    taken: dict[str, int] = {}
    examined = {one.run.name: one for one in diagnosis.runs}
    made = []
    for entry in found:
        name = identity(entry.run, entry.finding)
        taken[name] = taken.get(name, 0) + 1
        unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
        made.append(_view(entry, unique, examined, names))
    return tuple(made)


def _view(entry: Entry, name: str, examined: Mapping[str, Examined], names: dict[str, RunName]) -> FindingView:
    run, finding = entry.run, entry.finding
    called = names[run.name]
    contents = panels(run, finding)
    siblings = _named_siblings(finding, run, examined)[:MAX_SIBLINGS_DRAWN]
    beside = list(_sibling_curves(siblings, contents, names))
    argued = [one for at, one in enumerate(finding.causes) if not at or not _is_bare(one)]
    numbers = [(key, *measured(key, one)) for key, one in finding.evidence.items() if not is_sentence(one)]
    return FindingView(
        id=name,
        rule=finding.rule,
        severity=str(finding.severity),
        confidence=str(finding.confidence),
        title=_title(run, finding, names),
        run=called,
        subject=cut(called.path.split("/")[0] if entry.others else called.path, SUBJECT),
        where=tuple(_where(run, finding)),
        places=tuple(printable(str(one)) for one in finding.places),
        count=1 + len(entry.others),
        chart=chart(f"chart-{name}", called.anchor, contents, finding, beside) if contents else None,
        close_up=close_up(f"close-{name}", called.anchor, run, finding, contents),
        evidence=tuple((_capital(printable(a)), printable(b), printable(c)) for a, b, c in numbers),
        sentences=tuple(_sentence(str(one.value)) for one in finding.evidence.values() if is_sentence(one)),
        causes=tuple(_cause(one, names) for one in argued),
        bare_causes=tuple((printable(one.text), one.id) for one in finding.causes if one not in argued),
        fixes=tuple(_fix(one, names) for one in chosen_fixes(finding.causes, MAX_FIXES, MAX_FIXES_OF_A_CAUSE)),
        to_tell_apart=_sentences(finding.to_tell_apart),
        again=_sentences([one.message for one in entry.again]),
        others=tuple(_other(examined[other.name], finding.rule, names) for other in entry.others),
        others_word=counted(len(entry.others), "more run"),
        consequences=tuple(Consequence(one.rule, _sentence(one.message)) for one in entry.consequences),
        references=finding.references,
        command=f"logdoctor rule {finding.rule}",
    )


def _cause(cause: Cause, names: dict[str, RunName]) -> CauseView:
    return CauseView(
        cause.id,
        _capital(printable(cause.text)),
        str(cause.strength),
        tuple(linked(_capital(text), names) for text in cause.pro),
        tuple(linked(_capital(text), names) for text in cause.contra),
    )


def _is_bare(cause: Cause) -> bool:
    return not (cause.pro or cause.contra or cause.strength is Strength.LIKELY)


def _where(run: Run, finding: Finding) -> Iterator[str]:
    series = list(dict.fromkeys(span.series for span in finding.spans))
    if series:
        yield ", ".join(printable(cut(one, 40)) for one in series[:3]) + (" …" if len(series) > 3 else "")
    for span in finding.spans[:1]:
        found = next((one for one in run.series if one.name == span.series), None)
        if found is not None:
            yield span_words(found, span.first_step, span.last_step)


def _fix(fix: Fix, names: dict[str, RunName]) -> FixView:
    source = f"from {fix.basis}" if fix.basis.startswith(("the ", "this ")) else fix.basis
    tested = "" if fix.basis.startswith("replay") else "; not tested"  # a replay says itself what came of it
    basis = None if fix.basis == "general" else linked(f"{_capital(source)}{tested}", names)
    return FixView(_sentence(fix.text), linked(fix.tested, names) if fix.tested else None, basis)


def _other(examined: Examined, rule: str, names: dict[str, RunName]) -> OtherRun:
    message = next((one.message for one in examined.findings if one.rule == rule), "")
    return OtherRun(names[examined.run.name], printable(message), spark(examined.run))


def _named_siblings(finding: Finding, run: Run, examined: Mapping[str, Examined]) -> list[Run]:
    """Return the runs that the evidence for causes and the fixes name as siblings, in the order of their naming."""
    texts = [text for cause in finding.causes for text in (*cause.pro, *(fix.tested for fix in cause.fixes))]
    texts += [fix.basis for cause in finding.causes for fix in cause.fixes]
    found = []
    for text in texts:
        if naming := NAMING.search(text):
            rest = text[naming.end() :]
            named = [name for name in examined if name != run.name and rest.startswith(name)]
            found += [examined[max(named, key=len)].run] if named else []
    return list({id(one): one for one in found}.values())


def _sibling_curves(siblings: Sequence[Run], contents: Sequence[Panel], names: dict[str, RunName]) -> Iterator[Curve]:
    """Yield a sibling's curve of what the first panel shows: of the held-out data where both have it."""
    shown = [curve.series for curve in contents[0].curves] if contents else []
    for sibling in siblings:
        for series in reversed(shown):
            theirs = sibling.find(series.role)
            if theirs is not None and len(theirs):
                yield Curve(theirs.curve, SIBLING, SIBLING, names[sibling.name].path)
                break


def _title(run: Run, finding: Finding, names: dict[str, RunName]) -> str:
    """Return the message with a capital, unless it begins with the name of a series, which stays as it was logged.

    The long name of another run is cut.
    """
    begins_with_name = any(finding.message.startswith(f"{one.name} ") for one in run.series)
    message = printable(finding.message) if begins_with_name else _sentence(finding.message)
    for one in sorted((one.full for one in names.values()), key=len, reverse=True):
        message = message.replace(one, cut(one, LONGEST)) if len(one) > LONGEST else message
    return message


def _sentences(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(_sentence(text) for text in texts)


def _sentence(text: str) -> str:
    return _capital(printable(text))


def _capital(text: str) -> str:
    """Begin a text with a capital, unless its first word is the name of a series: `train_loss`, `val/loss`."""
    return text[:1].upper() + text[1:] if _PLAIN_WORD.match(text) else text
