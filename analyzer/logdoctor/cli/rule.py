"""`logdoctor rule`: explain a rule from its own file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from logdoctor.cli import completion
from logdoctor.cli.options import color_option
from logdoctor.cli.output import terminal_page, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logdoctor.rule import Rule


@click.command("rule")
@click.argument("name", required=False, shell_complete=completion.rules)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@color_option
def command(name: str | None, output_format: str, color: str) -> None:
    """Explain the rule NAME: what a finding means, when it fires, its thresholds. Without NAME, list all rules."""
    from logdoctor.packs import installed_rules
    from logdoctor.reports.terminal import explain

    rules = {rule.id: type(rule) for rule in installed_rules()}
    as_json = output_format == "json"
    page = terminal_page(color)
    if name is None:
        everything = list(rules.values())
        text = explain.catalogue_json(everything) if as_json else explain.catalogue(everything, page)
    else:
        rule = _named(name, rules)
        text = explain.explanation_json(rule) if as_json else explain.explanation(rule, page)
    write_out([text], utf8=as_json)


def _named(name: str, rules: Mapping[str, type[Rule]]) -> type[Rule]:
    if name in rules:
        return rules[name]
    near = [rule for rule in rules if name in rule] or get_close_matches(name, rules, n=1)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if name and near else "`logdoctor rule` lists all"
    raise click.UsageError(f"no rule is called {name!r}; {hint}")
