"""What every rule says about the examples of every other: one table, approved by eye.

    UPDATE_GOLDEN=1 pytest tests/rules/test_crossfire.py

writes it anew; its diff shows what a change makes rules say about runs that were made for others.
"""

from __future__ import annotations

from tests.reports.golden import check_golden

from logdoctor.packs import rules_in
from logdoctor.testing import crossfire


def test_rules_say_of_the_examples_of_others_what_was_approved() -> None:
    check_golden("crossfire", crossfire([rule() for rule in rules_in("logdoctor_rules")]))
