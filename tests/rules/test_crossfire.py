"""What every rule says about the examples of every other: one table, approved by eye.

    UPDATE_GOLDEN=1 pytest tests/rules/test_crossfire.py

writes it anew; its diff shows what a change makes rules say about runs that were made for others.
"""

from __future__ import annotations

import os
from pathlib import Path

from logdoctor.packs import rules_in
from logdoctor.testing import crossfire

APPROVED = Path(__file__).parents[1] / "golden" / "crossfire.txt"


def test_rules_say_of_the_examples_of_others_what_was_approved() -> None:
    table = crossfire([rule() for rule in rules_in("logdoctor_rules")])
    if os.environ.get("UPDATE_GOLDEN"):
        APPROVED.write_text(table, encoding="utf-8")
    assert table == APPROVED.read_text(encoding="utf-8")
