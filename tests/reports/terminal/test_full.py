"""What a person reads: golden texts of diagnoses made by hand, and what must hold for any text from a log.

`UPDATE_GOLDEN=1 pytest tests/reports` writes the golden files anew; read the difference before it lands.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.golden import check_golden

from logdoctor.causes import because
from logdoctor.curves import decay, flat, rise
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import (
    Cause,
    Confidence,
    Crashed,
    Finding,
    Fix,
    Outcomes,
    Place,
    Quantity,
    Severity,
    Span,
    Strength,
)
from logdoctor.reports.layout import Page, cells
from logdoctor.reports.report import Report
from logdoctor.reports.terminal import concise
from logdoctor.reports.terminal.full import render
from logdoctor.rule import example_run
from logdoctor.run import Notice, Run, Series
from logdoctor.run.notice import DAMAGE

NAN = float("nan")


def run(name: str, **curves: Any) -> Run:
    return replace(example_run(**curves), name=name)


def finding(rule: str = "nan-loss", message: str = "train_loss turns NaN at epoch 69", **changes: Any) -> Finding:
    said = Finding(
        rule=rule,
        title="a title",
        message=message,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        spans=(Span("train_loss", 69, 100),),
        group=f"{rule}/a-cause/.",
    )
    return replace(said, **changes)


def diagnosis(*examined: tuple[Run, list[Finding]], crashed: tuple[Crashed, ...] = ()) -> Diagnosis:
    return Diagnosis(tuple(Examined(one, Outcomes(tuple(findings), crashed=crashed)) for one, findings in examined))


def shown(result: Diagnosis, **options: Any) -> str:
    report = Report(result, seconds=options.pop("seconds", 0.31), left_out=options.pop("left_out", ""))
    return render(report, Page(**options))


def nan_in_a_sweep() -> Diagnosis:
    """One problem in three runs of four, with a tested fix."""
    losses = {
        "train_loss": decay(2.3, 0.7, 68).followed_by(flat(NAN, 32)),
        "val_loss": decay(2.3, 0.8, 68).followed_by(flat(NAN, 32)),
    }
    causes = (
        Cause(
            "learning-rate-too-high",
            "the learning rate is too high",
            Strength.LIKELY,
            pro=(
                "sibling run sgd/lr=0.063, at 0.063, ends at a training loss of 0.808; it differs in random_seed too",
                "the next higher rate, sgd/lr=16, is NaN at step 3",
            ),
            contra=("68 epochs at the same constant rate went well",),
            fixes=(
                Fix("lower the learning rate from 0.1 to 0.063", "sibling run sgd/lr=0.063"),
                Fix("lower the learning rate tenfold and restart from the beginning"),
            ),
        ),
        Cause(
            "no-gradient-clipping",
            "gradients are not clipped",
            fixes=(Fix("clip the gradient norm, for example at 1.0"),),
        ),
        Cause("bad-batch", "one batch is bad", Strength.UNLIKELY, fixes=(Fix("check the inputs"),)),
        Cause("hardware-fault", "a fault of the hardware", Strength.UNLIKELY),
    )
    evidence = {"non-finite values": Quantity(32, "values"), "last finite value": Quantity(1.3e33)}
    said = finding(causes=causes, evidence=evidence)
    bad = [
        (run("sgd/lr=0.1", **losses), [said]),
        (run("sgd/lr=0.16", **losses), [replace(said, confidence=Confidence.MEDIUM)]),
        (run("sgd/lr=16", train_loss=flat(NAN)), [said]),
    ]
    good = run("sgd/lr=0.063", train_loss=decay(2.3, 0.8, 100), val_loss=decay(2.3, 0.9, 100))
    return diagnosis(*bad, (good, []))


def everything_else() -> Diagnosis:
    """A warning with consequences, notes in several runs, damage, and a rule that failed."""
    overfits = run("a", train_loss=decay(2.3, 0.001, 100), val_loss=decay(2.3, 0.9, 40).then(rise(0.4, 60)))
    overfits = replace(
        overfits,
        notices=(
            Notice(DAMAGE, "a/events.out", "bytes 4,081 to 6,161 fail their checksums", 4081, 6162),
            Notice(DAMAGE, "a/events.out", "the file ends within a record", 9000, 9010),
        ),
    )
    warning = finding(
        "overfitting",
        "val_loss rises from 0.9 at epoch 40 to 1.3 while train_loss falls to 0.001",
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        evidence={"metric": Quantity("accuracy still rises: too certain of its mistakes, not worse at deciding")},
        causes=(Cause("too-little-data", "there is too little training data", fixes=(Fix("add data"),)),),
    )
    gap = finding("generalization-gap", "the gap is 1.3", explained_by="overfitting")
    note = finding("still-improving", "train_loss fell by 0.1 in the last fifth", severity=Severity.NOTE)
    return diagnosis(
        (overfits, [warning, gap]),
        (run("b", train_loss=decay(2.3, 0.5)), [note]),
        (run("c", train_loss=decay(2.3, 0.5, 30)), [note]),
        crashed=(
            Crashed("plateau", "Traceback (most recent call last):\n  File x\nZeroDivisionError: division by zero"),
        ),
    )


CASES = {"nan_in_a_sweep": nan_in_a_sweep, "everything_else": everything_else}


@pytest.mark.parametrize("name", CASES)
def test_the_full_report_is_the_approved_one(name: str) -> None:
    check_golden(name, shown(CASES[name]()))


def test_golden_narrow_without_unicode() -> None:
    check_golden("nan_in_a_sweep_narrow_ascii", shown(nan_in_a_sweep(), width=60, unicode=False))


def test_golden_concise() -> None:
    check_golden("everything_else_concise", concise.render(Report(everything_else(), seconds=0.31), Page()))


@pytest.mark.parametrize("name", CASES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain, coloured = shown(CASES[name]()), shown(CASES[name](), color=True)
    assert plain != coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_colours_are_few() -> None:
    used = set(re.findall(r"\x1b\[([0-9;]*)m", shown(everything_else(), color=True)))
    assert used == {"0", "1", "2", "33"}


@pytest.mark.parametrize("width", [40, 60, 70, 100])
@pytest.mark.parametrize("name", CASES)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(map(cells, shown(CASES[name](), width=width).splitlines())) <= width


def test_one_entry_for_a_problem_of_several_runs() -> None:
    text = shown(nan_in_a_sweep())
    assert text.count("error  nan-loss") == 1
    assert "also in 2 more runs" in text
    assert text.endswith("4 runs, 7 series, 720 points, 3 errors, 0 warnings, 0 damaged files (0.3 s)\n")


def test_the_clearest_run_with_most_points_is_shown() -> None:
    assert "error  nan-loss  sgd/lr=0.1  " in shown(nan_in_a_sweep())


def test_a_fix_is_given_once_and_no_fix_of_an_unlikely_cause() -> None:
    text = shown(nan_in_a_sweep())
    assert text.count("lower the learning rate") == 1
    assert "check the inputs" not in text


def test_of_two_contrary_causes_only_the_better_supported_says_what_to_try() -> None:
    high = because("learning-rate-too-high", Strength.LIKELY)
    said = finding(causes=(high, because("dead-activations"), because("learning-rate-too-low")))
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), [said])))
    assert "lower the learning rate tenfold" in text
    assert "raise the learning rate" not in text


def test_what_to_log_next_stands_under_the_fixes() -> None:
    asked = ("the gradient norm of every step", "the learning rate", "the settings")
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), [finding(to_tell_apart=asked)])))
    assert "\n  log   the gradient norm of every step\n        the learning rate\n  next" in text
    assert "the settings" not in text


def test_no_finding_is_lost_when_a_rule_speaks_twice_of_a_run() -> None:
    spikes = [finding("loss-spike", f"loss jumps at step {step}") for step in (7, 90)]
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), spikes)))
    assert "loss jumps at step 7\n" in text
    assert "also: loss jumps at step 90\n" in text
    assert "2 errors" in text


def test_consequences_of_consequences_stand_under_the_root() -> None:
    said = [finding(), finding("divergence", explained_by="nan-loss"), finding("plateau", explained_by="divergence")]
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), said)))
    assert "with it  divergence, plateau" in text
    assert "1 error," in text


def test_what_a_note_explains_is_said() -> None:
    said = [
        finding("lr-range-test", "the rate is raised", severity=Severity.NOTE),
        finding(explained_by="lr-range-test"),
    ]
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), said)))
    assert "note  lr-range-test  a: the rate is raised (with nan-loss)\n" in text
    assert "0 errors" in text


def test_the_series_a_finding_is_about_is_drawn_too() -> None:
    said = finding("exploding-gradients", spans=(Span("grad_norm", 3, 4),))
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5), grad_norm=flat(1.0), lr=flat(0.1)), [said])))
    assert re.findall(r"^  (\S+) +[▁-█]+", text, re.MULTILINE) == ["train_loss", "grad_norm"]


def test_places_in_files_are_written_as_editors_take_them() -> None:
    places = tuple(Place(f"rank{i}.log", 812, 812) for i in range(5))
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), [finding(places=places)])))
    assert "\n  at  rank0.log:812\n  at  rank1.log:812\n  at  rank2.log:812\n  and 2 more places\n" in text


def test_a_note_and_a_concise_line_end_with_their_place() -> None:
    place = Place("metrics.csv", line_start=7, line_end=9)
    noted = diagnosis((run("a", train_loss=decay(2.3, 0.5)), [finding(severity=Severity.NOTE, places=(place,))]))
    assert "at epoch 69 (metrics.csv:7-9)\n" in shown(noted)
    assert "at epoch 69 (metrics.csv:7-9)\n" in concise.render(Report(noted, seconds=0.1), Page())


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place("out.log", 812), "out.log:812"),
        (Place("out.log", 7, 9, 100, 200), "out.log:7-9"),
        (Place("events", byte_start=4081, byte_end=6162), "events, bytes 4,081 to 6,162"),
        (Place("events"), "events"),
    ],
)
def test_a_place_says_lines_before_bytes(place: Place, said: str) -> None:
    assert str(place) == said


def test_sound_runs() -> None:
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), [])))
    summary = "1 run, 1 series, 120 points, 0 errors, 0 warnings, 0 damaged files (0.3 s)"
    assert text == f"No errors or warnings in 1 run.\n\n{summary}\n"


def test_nothing_found_says_that_not_everything_was_asked() -> None:
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), [])), left_out="plateau was not asked")
    assert text.startswith("No errors or warnings in 1 run; plateau was not asked.\n")


def test_no_runs_at_all() -> None:
    assert shown(Diagnosis()).startswith("No run was judged.\n")
    assert shown(Diagnosis()).endswith("0 runs, 0 series, 0 points, 0 errors, 0 warnings, 0 damaged files (0.3 s)\n")


def test_what_could_not_be_judged_is_not_called_fine() -> None:
    sound, lone = run("a", train_loss=decay(2.3, 0.5)), run("b", cheer=decay(2.3, 0.5))
    assert shown(diagnosis((lone, []))).startswith("No run was judged.\n\n1 run not judged, for no training loss")
    text = shown(diagnosis((sound, []), (lone, []), (replace(lone, name="c"), [])))
    assert text.startswith("No errors or warnings in 1 run; 2 more were not judged.\n")


def test_a_run_of_which_rules_judged_the_validation_loss_is_not_called_unjudged() -> None:
    text = shown(diagnosis((run("b", val_loss=decay(2.3, 0.5)), [])))
    assert text.startswith(
        "No errors or warnings in 1 run.\n\n1 run judged by other curves alone, for no training loss"
    )


def test_after_forty_problems_each_has_a_line() -> None:
    said = [finding(f"rule-{i:03}", f"problem {i}", group="") for i in range(150)]
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), said)))
    assert text.count("\n  next  logdoctor rule") == 40
    assert text.count("\nerror  rule-") == 139
    assert "error  rule-139  a: problem 139\nand 10 more problems (--output-format json has all)\n" in text


def test_of_many_problems_each_rule_is_told_in_full() -> None:
    said = [finding("divergence", f"diverges in step {i}", group="") for i in range(60)]
    text = shown(
        diagnosis(
            (run("a", train_loss=decay(2.3, 0.5)), []),
            *((run(f"run-{i}", train_loss=decay(2.3, 0.5)), [one]) for i, one in enumerate((*said, finding(group="")))),
        )
    )
    assert text.count("\n  next  logdoctor rule divergence\n") == 39
    assert text.count("\n  next  logdoctor rule nan-loss\n") == 1


def test_the_verdict_stands_at_the_end_of_what_fills_more_than_a_screen() -> None:
    failing = [(run(name, train_loss=decay(2.3, 0.5)), [finding(group="")]) for name in "abcdef"]
    sound = (run("g", train_loss=decay(2.3, 0.5)), list[Finding]())
    verdict = "6 of 7 runs failed: a title. 1 run shows no problem."
    assert f"\n\n{verdict}\n7 runs, 7 series" in shown(diagnosis(*failing, sound))
    assert "failed" not in shown(diagnosis(*failing[:5], sound))


def test_a_note_is_told_of_one_run_and_counts_the_others() -> None:
    note = finding("still-improving", "loss fell by 0.1", severity=Severity.NOTE, places=(Place("a.log", 7, 7),))
    text = shown(diagnosis(*((run(name, train_loss=decay(2.3, 0.5)), [note]) for name in "abc")))
    assert "note  still-improving  a: loss fell by 0.1 (a.log:7); also in 2 more runs\n" in text


def test_many_notes_are_counted() -> None:
    notes = [finding(f"rule-{i:02}", f"note {i}", severity=Severity.NOTE) for i in range(13)]
    text = shown(diagnosis((run("a", train_loss=decay(2.3, 0.5)), notes)))
    assert text.count("note  rule-") == 10
    assert "and 3 more notes (--output-format json has all)" in text


def test_much_damage_is_counted() -> None:
    notices = tuple(Notice(DAMAGE, f"{i}.csv", "line 3 is cut") for i in range(7))
    text = shown(diagnosis((replace(run("a", train_loss=decay(2.3, 0.5)), notices=notices), [])))
    assert "7 damaged files:\n0.csv: line 3 is cut\n" in text
    assert "4.csv" in text
    assert "5.csv" not in text
    assert "and 2 more\n" in text


def test_a_failing_rule_is_one_line_however_many_runs_it_failed_on() -> None:
    crash = (Crashed("plateau", "Traceback\nValueError: no"),)
    result = diagnosis(*((run(name, train_loss=decay(2.3, 0.5)), []) for name in "abc"), crashed=crash)
    lines = [line for line in shown(result).splitlines() if "plateau" in line]
    assert lines == ["rule plateau failed on run a and 2 more runs: ValueError: no; the other rules went on"]


def test_the_argument_itself_goes_by_the_name_of_its_folder() -> None:
    whole = replace(run(".", train_loss=decay(2.3, 0.5)), folder="/runs/exp7/")
    assert "error  nan-loss  exp7  " in shown(diagnosis((whole, [finding()])))


def test_a_finding_without_curves_causes_or_group() -> None:
    text = shown(diagnosis((Run(name="a"), [finding(spans=(), group="")])))
    assert "train_loss turns NaN at epoch 69\n\n  next  logdoctor rule nan-loss\n" in text


HOSTILE = "\x1b]0;owned\x07\x1b[31m \u202e ::error::x\n::set-output name=a::b\r ##[group]x ##vso[task]y \udce9 \x9b31m"


def test_text_from_a_log_drives_neither_the_terminal_nor_a_ci_service() -> None:
    hostile = replace(run(HOSTILE, train_loss=decay(2.3, 0.5)), notices=(Notice(DAMAGE, HOSTILE, HOSTILE),))
    hostile = replace(hostile, series=tuple(replace(one, name=HOSTILE) for one in hostile.series))
    cause = Cause("x", HOSTILE, pro=(HOSTILE,), contra=(HOSTILE,), fixes=(Fix(HOSTILE, HOSTILE),))
    note = finding("a-note", HOSTILE, severity=Severity.NOTE)
    said = finding(message=HOSTILE, causes=(cause,), evidence={HOSTILE: Quantity(HOSTILE)})
    result = diagnosis((hostile, [said, note]), crashed=(Crashed("b", HOSTILE),))
    for text in (shown(result), shown(result, width=60), concise.render(Report(result, seconds=0.1), Page())):
        assert all(character.isprintable() or character == "\n" for character in text)
        assert not re.search(r"^\s*::|##\w*\[", text, re.MULTILINE)


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=90), message=st.text(max_size=250), width=st.integers(40, 100), unicode=st.booleans())
def test_any_text_stays_within_the_width_and_is_harmless(name: str, message: str, width: int, unicode: bool) -> None:
    cause = Cause("x", message, pro=(message,), fixes=(Fix(message, f"sibling run {name}"), Fix(name)))
    said = finding(message=message, causes=(cause,), evidence={name: Quantity(1.5, name)})
    others = [(run(f"{name}{i}", train_loss=flat(1.0)), [said]) for i in range(3)]
    result = diagnosis((run(name, train_loss=decay(2.3, 0.5)), [said]), *others)
    text = shown(result, width=width, unicode=unicode)
    lines = text.removesuffix("\n").split("\n")
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(result, width=width, unicode=unicode, color=True)) == text
    assert max(map(cells, lines)) <= width
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in lines)
    assert unicode or text.isascii()


@pytest.mark.parametrize(
    ("points", "said"), [(1, "1 point"), (999, "999 points"), (1_234, "1.2 k points"), (1_900_000, "1.9 M points")]
)
def test_points_are_abbreviated(points: int, said: str) -> None:
    series = Series.of("loss", np.arange(points), np.ones(points))
    assert f" {said}, 0 errors" in shown(diagnosis((Run("a", (series,)), [])))
