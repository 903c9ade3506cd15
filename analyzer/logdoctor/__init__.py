"""Offline diagnosis of deep-learning training logs.

The names here are all that a rule, a source or a notebook needs. They are imported on use, so that
`import logdoctor` (and `logdoctor --help`) does not load numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from logdoctor.version import VERSION

if TYPE_CHECKING:
    from logdoctor.causes import because as because
    from logdoctor.causes import ranked as ranked
    from logdoctor.diagnosis import Diagnosis as Diagnosis
    from logdoctor.errors import LogDoctorError as LogDoctorError
    from logdoctor.finding import Cause as Cause
    from logdoctor.finding import Comparison as Comparison
    from logdoctor.finding import Confidence as Confidence
    from logdoctor.finding import Finding as Finding
    from logdoctor.finding import Fix as Fix
    from logdoctor.finding import Quantity as Quantity
    from logdoctor.finding import RateResult as RateResult
    from logdoctor.finding import Severity as Severity
    from logdoctor.finding import Span as Span
    from logdoctor.finding import Strength as Strength
    from logdoctor.finding import confidence_from as confidence_from
    from logdoctor.finding import likely_if as likely_if
    from logdoctor.finding import possible_if as possible_if
    from logdoctor.notebook import analyze as analyze
    from logdoctor.reading import load as load
    from logdoctor.rule import Example as Example
    from logdoctor.rule import GroupRule as GroupRule
    from logdoctor.rule import Rule as Rule
    from logdoctor.rule import example_run as example_run
    from logdoctor.rule import fires as fires
    from logdoctor.rule import silent as silent
    from logdoctor.rule import threshold as threshold
    from logdoctor.run import Axis as Axis
    from logdoctor.run import Run as Run
    from logdoctor.run import Series as Series
    from logdoctor.run.roles import AdversarialLoss as AdversarialLoss
    from logdoctor.run.roles import Entropy as Entropy
    from logdoctor.run.roles import GradNorm as GradNorm
    from logdoctor.run.roles import KlDivergence as KlDivergence
    from logdoctor.run.roles import LearningRate as LearningRate
    from logdoctor.run.roles import LossScale as LossScale
    from logdoctor.run.roles import Reward as Reward
    from logdoctor.run.roles import Throughput as Throughput
    from logdoctor.run.roles import TrainError as TrainError
    from logdoctor.run.roles import TrainLoss as TrainLoss
    from logdoctor.run.roles import TrainMetric as TrainMetric
    from logdoctor.run.roles import ValError as ValError
    from logdoctor.run.roles import ValLoss as ValLoss
    from logdoctor.run.roles import ValMetric as ValMetric

__version__ = VERSION

_HOMES = {
    "logdoctor.causes": ("because", "ranked"),
    "logdoctor.diagnosis": ("Diagnosis",),
    "logdoctor.errors": ("LogDoctorError",),
    "logdoctor.finding": (
        "Cause", "Comparison", "Confidence", "Finding", "Fix", "Quantity", "RateResult", "Severity", "Span", "Strength",
        "confidence_from", "likely_if", "possible_if",
    ),
    "logdoctor.notebook": ("analyze",),
    "logdoctor.rule": ("Example", "GroupRule", "Rule", "example_run", "fires", "silent", "threshold"),
    "logdoctor.run": ("Axis", "Run", "Series"),
    "logdoctor.run.roles": (
        "AdversarialLoss", "Entropy", "GradNorm", "KlDivergence", "LearningRate", "LossScale", "Reward", "Throughput",
        "TrainError", "TrainLoss", "TrainMetric", "ValError", "ValLoss", "ValMetric",
    ),
    "logdoctor.reading": ("load",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 - names are strings


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module 'logdoctor' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
