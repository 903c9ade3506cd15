"""What the report rests on: versions, rules with their thresholds, and the files that were read."""

from __future__ import annotations

import os
import platform
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path, PurePath

import numpy as np

from logdoctor.diagnosis import Diagnosis
from logdoctor.reports.escaping import printable
from logdoctor.rule import Rule
from logdoctor.run import Run
from logdoctor.sources.discovery.standard_input import STANDARD_INPUT
from logdoctor.wording import number

MAX_HASHED = 2 * 1024**3
"""Bytes that are hashed for one report: some seconds; what lies beyond says so."""

EPOCH, FAR = 946_684_800.0, 4_102_444_800.0
"""Wall times outside the years 2000 to 2100 are no dates."""


@dataclass(frozen=True)
class FileView:
    """A file that was read."""

    path: str
    format: str
    bytes: int
    used: bool
    damaged: bool
    sha256: str
    """Or why there is none."""

    @property
    def is_hash(self) -> bool:
        """Whether `sha256` is one."""
        return len(self.sha256) == 64


@dataclass(frozen=True)
class ThresholdView:
    """A threshold in force."""

    rule: str
    name: str
    value: str
    default: str
    """Empty where the value is the default."""
    meaning: str


@dataclass(frozen=True)
class RuleView:
    """One rule and what it answered over all runs."""

    id: str
    title: str
    found: int
    passed: int
    not_applicable: int
    reasons: tuple[str, ...]
    crashed: tuple[str, ...]


def versions() -> tuple[tuple[str, str], ...]:
    """Return what took part in the judgement."""
    from logdoctor.version import VERSION

    return (
        ("logdoctor", VERSION),
        ("Python", platform.python_version()),
        ("NumPy", version("numpy")),
    )


def thresholds(rules: tuple[Rule, ...], fired: set[str]) -> tuple[ThresholdView, ...]:
    """Return the thresholds of the rules that found something, then those that were configured."""
    return tuple(one for rule in rules for one in _thresholds(rule, explain=rule.id in fired))


def _thresholds(rule: Rule, *, explain: bool) -> Iterator[ThresholdView]:
    for one in fields(rule):
        value, default = float(getattr(rule, one.name)), float(one.default)  # type: ignore[arg-type]
        if explain or value != default:
            yield ThresholdView(
                rule.id,
                one.name.replace("_", "-"),
                number(value),
                number(default) if value != default else "",
                str(one.metadata.get("doc", "")),
            )


def rule_views(diagnosis: Diagnosis, rules: tuple[Rule, ...]) -> tuple[RuleView, ...]:
    """Return every rule with its counts: those that crashed or found something first."""
    titles = {rule.id: rule.title for rule in rules}
    outcomes = [one.outcomes for one in diagnosis.runs]
    found = Counter(rule for one in outcomes for rule in {finding.rule for finding in one.findings})
    found.update(one.rule for one in diagnosis.comparisons)
    passed = Counter(rule for one in outcomes for rule in one.passed)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    crashed: defaultdict[str, list[str]] = defaultdict(list)
    for one in outcomes:
        for missing in one.not_applicable:
            reasons[missing.rule][missing.reason] += 1
        for crash in one.crashed:
            crashed[crash.rule].append(printable((crash.error.strip().splitlines() or ["?"])[-1]))
    views = [
        RuleView(
            id=rule,
            title=titles.get(rule, ""),
            found=found[rule],
            passed=passed[rule],
            not_applicable=reasons[rule].total(),
            reasons=_commonest(reasons[rule], numbered=len(diagnosis.runs) > 1),
            crashed=tuple(dict.fromkeys(crashed[rule]))[:2],
        )
        for rule in {*titles, *found, *passed, *reasons, *crashed}
    ]
    return tuple(sorted(views, key=lambda one: (not one.crashed, not one.found, not one.passed, one.id)))


def _commonest(reasons: Counter[str], *, numbered: bool) -> tuple[str, ...]:
    """Return the two commonest reasons, with their numbers where there can be more than one of each."""
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(printable(f"{reason} ({n:,})" if numbered else reason) for reason, n in ordered[:2])


def last_logged(diagnosis: Diagnosis) -> str:
    """Return when the newest value was logged, by the log's own clock; empty where no log has one."""
    clocks = [series.wall_times for one in diagnosis.runs for series in one.run.series if series.wall_times is not None]
    newest = max((float(times[np.isfinite(times)].max(initial=0.0)) for times in clocks), default=0.0)
    if not EPOCH < newest < FAR:
        return ""
    at = datetime.fromtimestamp(newest, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def files(diagnosis: Diagnosis) -> tuple[FileView, ...]:
    """Return every file that was read, each once, with its SHA-256 as far as `MAX_HASHED` reaches."""
    damaged = set(diagnosis.damaged_files)
    seen: dict[Path | str, FileView] = {}
    left = MAX_HASHED
    for one in diagnosis.runs:
        for source in one.run.sources:
            path = _opened(one.run, source.path)
            if path in seen:
                continue
            piped = source.path == STANDARD_INPUT
            digest, left = ("came through standard input", left) if piped else _hashed(path, left)
            is_damaged = str(path) in damaged or source.path in damaged
            seen[path] = FileView(printable(source.path), source.format, source.bytes, source.used, is_damaged, digest)
    return tuple(sorted(seen.values(), key=lambda file: file.path))


def _opened(run: Run, path: str) -> Path:
    """Return where a source file lies: its path is relative to the argument, below which the run's folder lies."""
    folder = Path(run.folder)
    inside = PurePath(path).parent.parts
    for depth in range(len(inside), -1, -1):
        if folder.parts[len(folder.parts) - depth :] == inside[:depth]:
            root = Path(*folder.parts[: len(folder.parts) - depth]) if depth else folder
            if os.path.isfile(root / path):  # False for a name that no file can have
                return root / path
    return folder / PurePath(path).name


def _hashed(path: Path, left: int) -> tuple[str, int]:
    """Return a file's SHA-256, or why there is none, and how many bytes may still be hashed."""
    try:
        size = path.stat().st_size
        if size > left:
            return "not hashed: over 2 GiB in all", left
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest(), left - size
    except (OSError, ValueError):  # a name that no file can have
        return "gone since it was read", left
