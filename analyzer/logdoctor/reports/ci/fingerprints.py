"""Fingerprints of findings that stay the same from one analysis to the next."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from logdoctor.finding import Finding
from logdoctor.gated import Check
from logdoctor.run import Run


class Fingerprints:
    """Fingerprints of one report: of rule, run and series, without values and steps, and each given once.

    What says the same of the same series a second time gets a number, in the order of the report.
    """

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def of_finding(self, run: Run, finding: Finding) -> str:
        """Return the fingerprint of a finding."""
        return self._of(finding.rule, run.name, finding.spans[0].series if finding.spans else "")

    def of_check(self, check: Check) -> str:
        """Return the fingerprint of one check of a gate."""
        return self._of(f"{check.kind}/{check.name}", check.run, check.series)

    def of_failed_rule(self, run: Run, rule: str) -> str:
        """Return the fingerprint of a rule that failed."""
        return self._of(f"{rule} failed", run.name, "")

    def _of(self, *parts: str) -> str:
        digest = sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._given[digest] += 1
        return f"{digest}:{self._given[digest]}"
