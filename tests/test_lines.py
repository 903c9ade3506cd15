"""What rules about lines of a text log say: which line, where, and what it meant for the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from logdoctor import Axis, Run, Series, Severity, example_run
from logdoctor.curves import decay
from logdoctor.engine import Bench, examine
from logdoctor.finding import Finding
from logdoctor.lines import line_of
from logdoctor.packs import rules_in
from logdoctor.run import TextEvent
from logdoctor.run.text_event import DEVICE_ASSERT, FINISHED, OUT_OF_MEMORY, TRACEBACK
from logdoctor.signals import Console

RULES = [rule() for rule in rules_in("logdoctor_rules")]

EARLY = TextEvent(OUT_OF_MEMORY, "CUDA out of memory. Tried to allocate 2.00 GiB", "out.log", 40, 30)
LAST = TextEvent(OUT_OF_MEMORY, "CUDA out of memory. Tried to allocate 4.00 GiB", "out.log", 812, 119)
THROWN = TextEvent(TRACEBACK, "torch.OutOfMemoryError: CUDA out of memory.", "out.log", 830, 119)


def run(*events: TextEvent) -> Run:
    return replace(example_run({"batch_size": 64}, Axis.STEP, train_loss=decay(2.3, 0.2)), events=events)


def findings(*events: TextEvent) -> dict[str, Finding]:
    return {one.rule: one for one in examine(run(*events), RULES).findings}


def spoken(events: Sequence[TextEvent], kind: str = OUT_OF_MEMORY) -> str:
    line = line_of(Console.measure(run(*events)), kind)
    return "" if line is None else line.reports("no memory was left")


class TestLine:
    def test_the_line_that_ends_the_run_counts(self) -> None:
        assert spoken([EARLY, LAST]) == f'no memory was left at step 119, where the run ends: "{LAST.text}"'

    def test_else_the_last_that_the_run_survived(self) -> None:
        later = replace(EARLY, line=50, step=31)
        assert spoken([EARLY, later]) == f'no memory was left at step 31; training went on: "{EARLY.text}"'

    def test_a_line_before_every_step_is_named_by_its_number(self) -> None:
        assert spoken([replace(EARLY, step=None)]).startswith("no memory was left in line 40; training went on")

    def test_what_comes_after_the_training_says_so(self) -> None:
        done = TextEvent(FINISHED, "Training completed.", "out.log", 800, 119)
        assert spoken([done, LAST]).startswith("after the end of the training no memory was left at step 119:")

    def test_a_line_of_another_kind_is_none(self) -> None:
        assert line_of(Console.measure(run(LAST)), DEVICE_ASSERT) is None

    def test_long_lines_are_cut_and_control_characters_do_not_break_them(self) -> None:
        said = spoken([replace(LAST, text="a\n" + "b" * 500)])
        assert "\n" not in said
        assert len(said) < 200


class TestFindings:
    def test_the_root_stands_alone_and_the_rest_is_folded_under_it(self) -> None:
        said = findings(LAST, THROWN)
        assert said["out-of-memory"].severity is Severity.ERROR
        assert not said["out-of-memory"].explained_by
        assert {said["crashed"].explained_by, said["interrupted-run"].explained_by} == {"out-of-memory"}

    def test_an_error_that_was_survived_does_not_explain_the_one_that_was_not(self) -> None:
        said = findings(EARLY, replace(THROWN, text="KeyError: 3"))
        assert said["out-of-memory"].severity is Severity.WARNING
        assert said["crashed"].severity is Severity.ERROR
        assert not said["crashed"].explained_by

    def test_the_batch_of_the_settings_is_halved(self) -> None:
        fix = findings(LAST)["out-of-memory"].causes[0].fixes[0]
        assert "from 64 to 32" in fix.text
        assert "from 1 to 2" in fix.text
        assert not fix.tested

    def test_a_finding_points_at_the_line_and_at_the_step(self) -> None:
        said = findings(EARLY, LAST)["out-of-memory"]
        assert [str(place) for place in said.places] == ["out.log:812", "out.log:40"]
        assert [(span.series, span.first_step) for span in said.spans] == [("train_loss", 119)]
        assert said.evidence["tried to allocate"].value == "4.00 GiB"

    def test_a_run_of_empty_curves_breaks_no_rule(self) -> None:
        empty = Run("empty", (Series.of("loss", [], []),), {"epochs": 3}, events=(LAST, THROWN))
        assert examine(empty, RULES).crashed == ()

    def test_a_log_without_such_lines_is_not_judged(self) -> None:
        outcomes = examine(run(), RULES)
        assert "out-of-memory" in {one.rule for one in outcomes.not_applicable}
        assert Bench(run()).get(Console | None) is None
