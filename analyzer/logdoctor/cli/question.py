"""Options that select rules, runs and findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from logdoctor.cli import completion
from logdoctor.cli.options import settings
from logdoctor.finding import Confidence, Severity

if TYPE_CHECKING:
    from logdoctor.config import Config

SEVERITIES = [str(one) for one in Severity]
CONFIDENCES = [str(one) for one in Confidence]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Question:
    """What the command line selects; the configuration file decides what it leaves open."""

    select: Sequence[str]
    ignore: Sequence[str]
    exclude: Sequence[str]
    min_severity: str | None
    min_confidence: str | None

    def config(self, config_file: str | None) -> Config:
        """Return the settings of the configuration file with those that the command line gives."""
        return settings(config_file).with_options(
            select=tuple(self.select),
            ignore=tuple(self.ignore),
            exclude=tuple(self.exclude),
            min_severity=Severity(self.min_severity) if self.min_severity else None,
            min_confidence=Confidence(self.min_confidence) if self.min_confidence else None,
        )


def question_options(command: _Command) -> _Command:
    """Add the options that select rules, runs and findings; the command receives them as one `question`."""

    @wraps(command)
    def with_question(**options: Any) -> Any:
        own = {one.name: options.pop(one.name) for one in fields(Question)}
        return command(question=Question(**own), **options)

    decorated = cast("_Command", with_question)
    for option in (
        click.option(
            "--min-confidence", type=click.Choice(CONFIDENCES), help="Leave out findings of lower confidence."
        ),
        click.option("--min-severity", type=click.Choice(SEVERITIES), help="Leave out findings of lower severity."),
        click.option(
            "--exclude",
            multiple=True,
            metavar="PATTERN",
            help="Leave out runs whose names match, as `inspect` shows them.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="RULE",
            callback=_rules,
            shell_complete=completion.rules,
            help="Skip these rules.",
        ),
        click.option(
            "--select",
            multiple=True,
            metavar="RULE",
            callback=_rules,
            shell_complete=completion.rules,
            help="Apply only these rules.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def _rules(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Split at commas."""
    return tuple(name.strip() for text in values for name in text.split(",") if name.strip())


def left_out(config: Config) -> str:
    """Describe what the settings leave out; empty when that is nothing."""
    weak = [str(one) for one in Confidence if one.rank < config.min_confidence.rank]
    light = [f"{one}s" for one in Severity if one.rank < config.min_severity.rank]
    asked_alone = f"only {_few(config.select)} asked" if config.select else ""
    not_asked = f"{_few(config.ignore)} not asked" if config.ignore else ""
    too_light = f"{' and '.join(light)} are left out" if light else ""
    too_weak = f"findings of {' and '.join(weak)} confidence are left out" if weak else ""
    return "; ".join(part for part in (asked_alone, not_asked, too_light, too_weak) if part)


def _few(rules: Sequence[str]) -> str:
    """Name a rule, or count several, with a verb."""
    return f"{rules[0]} was" if len(rules) == 1 else f"{len(rules):,} rules were"
