"""A small slice of the benchmark of replays: some faults, one model, one seed, and some sound runs."""

from __future__ import annotations

import pytest
from tests.benchmarks.replay.command import main
from tests.benchmarks.replay.faults import FAULTS, LEFT_OUT
from tests.benchmarks.replay.models import TASKS
from tests.benchmarks.replay.scoring import cases
from tests.benchmarks.replay.sound import judged


@pytest.mark.parametrize("name", ["wrong-labels", "cliff", "sqrt-of-zero", "epsilon-zero", "corrupted-weights"])
def test_a_planted_fault_is_reproduced_located_and_told(name: str) -> None:
    (case,) = cases(name, "mlp", [0])
    assert case.flagged is not None
    assert (case.reproduced, case.exact, case.right) == (True, True, True), case
    assert case.place in (None, True)
    assert case.tested
    assert not case.wrong_claim
    assert case.cost < 400


def test_a_passing_fault_gets_no_prescription() -> None:
    (case,) = cases("flipped-weight", "mlp", [0], policies_below=1)
    assert (case.reproduced, case.right, case.prescribed) == (False, True, "")
    assert case.policies.first, "the naive policy names a cause even then"


@pytest.mark.parametrize("task", TASKS)
def test_nothing_is_blamed_on_a_sound_run(task: str) -> None:
    sound = judged(task, 0)
    assert (sound.blamed, sound.prescribed, sound.alarmed) == ("", "", "")


def test_there_are_26_types_and_some_are_left_out() -> None:
    assert len(FAULTS) == 26
    assert set(FAULTS) > LEFT_OUT
    marks = [fault.place.line for fault in FAULTS.values() if fault.place is not None and fault.place.mark]
    assert len(set(marks)) == len(marks) >= 9


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    arguments = ["--part", "dev", "--seeds", "1", "--only", "nan-in-batch", "--models", "mlp", "--sound", "1"]
    main([*arguments, "--jobs", "1", "--verbose"])
    printed = capsys.readouterr().out
    assert "failure reproduced                          1/1 = 100.0 %" in printed
    assert "1 planted faults, 1 sound runs" in printed
