"""Shell completion of values: paths, rules and report formats."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def paths(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leave paths to the shell."""
    return [CompletionItem(incomplete, type="file")]


def rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the installed rules; several are joined by commas."""
    from logdoctor.packs import installed_rules

    before, comma, last = incomplete.rpartition(",")
    names = sorted(rule.id for rule in installed_rules())
    return [CompletionItem(f"{before}{comma}{name}") for name in names if name.startswith(last)]


def outputs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the formats of `FORMAT=PATH`, then files."""
    from logdoctor.reports.formats import FORMATS

    if "=" in incomplete:
        return paths(context, parameter, incomplete)
    return [CompletionItem(f"{name}=") for name in FORMATS if name.startswith(incomplete)]
