"""The verdict of a rule on an example, as a verb."""

from __future__ import annotations

from logdoctor.engine import Bench
from logdoctor.finding import Crashed, NotApplicable
from logdoctor.rule import Rule


def verdict(rule: Rule, bench: Bench) -> str:
    """Say what a rule makes of an example that a bench was set up for."""
    match bench.ask(rule):
        case NotApplicable(reason=reason):
            return f"is not applicable ({reason})"
        case Crashed(error=error):
            return f"crashes ({error.splitlines()[-1]})"
        case []:
            return "is silent"
        case _:
            return "fires"
