"""`logdoctor.analyze` for Python users, whose result displays itself in a notebook."""

from __future__ import annotations

from pathlib import Path

from logdoctor import diagnosis
from logdoctor.config import Config
from logdoctor.diagnosis import Diagnosis
from logdoctor.reports import fragment
from logdoctor.reports.formats import render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report


class ShownDiagnosis(Diagnosis):
    """A diagnosis that IPython and Jupyter draw as a table of findings, and Python shows as a line for each."""

    def __repr__(self) -> str:
        return render("concise", Report(self), Page()).rstrip("\n")

    def _repr_html_(self) -> str:
        return fragment.render(self)


def analyze(*paths: str | Path, config: Config | None = None, now: float | None = None) -> ShownDiagnosis:
    """Read every training log at or below the paths and ask every rule about every run.

    Raises NoRunError when there is no log, ConfigurationError when a setting names what does not exist, and
    RulePackError when no rules are installed. `now` (seconds since 1970) decides which logs are still being written.
    """
    return ShownDiagnosis(**vars(diagnosis.analyze(*paths, config=config, now=now)))
