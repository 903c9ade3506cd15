"""Lines of text and rows of tables that storage or another process damaged: no untrue number, and no silence."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logdoctor import load
from logdoctor.errors import NoRunError
from logdoctor.reading import look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE

TRUE = {step: 2 / step + 0.000123 for step in range(2, 122, 2)}
FORMS = {
    "plain": "step {step} loss {loss:.6g} norm {norm:.6g}",
    "logging": "2026-03-01 12:00:{second:02d},123 INFO train: step {step}: loss={loss:.6g}, norm={norm:.6g}",
    "dictionary": "{{'step': {step}, 'loss': {loss:.6g}, 'norm': {norm:.6g}}}",
}


def lines_of(form: str) -> list[str]:
    values = enumerate(TRUE.items())
    return [FORMS[form].format(step=step, loss=loss, norm=loss / 3, second=i % 60) for i, (step, loss) in values]


def read(folder: Path, text: str, name: str = "train.log") -> Run:
    (folder / name).write_text(text)
    (run,) = load(folder)
    return run


def losses(run: Run) -> dict[int, float]:
    (found,) = (one for one in run.series if one.name.endswith("loss"))
    return dict(zip(found.steps.tolist(), found.values.tolist(), strict=True))


def damaged_lines(run: Run) -> list[int | None]:
    return [notice.line_start for notice in run.notices if notice.kind == DAMAGE]


def is_true(found: dict[int, float]) -> bool:
    return all(math.isclose(TRUE[step], loss, rel_tol=1e-5) for step, loss in found.items())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("flipped", ["\x03", "*", ";", "t", "<", "&"])
def test_a_number_with_a_foreign_character_is_not_used(tmp_path: Path, form: str, flipped: str) -> None:
    lines = lines_of(form)
    at = lines[30].index(".") + 2
    lines[30] = lines[30][:at] + flipped + lines[30][at + 1 :]
    run = read(tmp_path, "".join(f"{line}\n" for line in lines))
    assert losses(run).keys() == TRUE.keys() - {62}
    assert is_true(losses(run))
    assert damaged_lines(run) == [31]


@pytest.mark.parametrize("sign", "+-")
def test_two_lines_that_are_glued_within_an_exponent(tmp_path: Path, sign: str) -> None:
    """Their words are those of a whole line, so that nothing but the number tells."""
    lines = [f"{{'step': {step}, 'loss': {loss:.3e}, 'eval_loss': {loss / 3:.3e}}}" for step, loss in TRUE.items()]
    cut = lines[30].rindex("e") + 2
    lines[30] = lines[30][:cut] + sign + lines[29][lines[29].index("e+" if "e+" in lines[29] else "e-") + 2 :]
    run = read(tmp_path, "".join(f"{line}\n" for line in lines))
    (found,) = (one for one in run.series if one.name == "eval_loss")
    assert found.steps.tolist() == [step for step in TRUE if step != 62]
    assert damaged_lines(run) == [31]


@pytest.mark.parametrize("form", FORMS)
def test_a_line_that_a_full_disk_cut_within_a_number(tmp_path: Path, form: str) -> None:
    lines = lines_of(form)
    lines[30] = lines[30][: lines[30].index(".") + 2]
    run = read(tmp_path, "".join(f"{line}\n" for line in lines))
    assert is_true(losses(run))
    assert losses(run).keys() >= TRUE.keys() - {62}
    assert damaged_lines(run) == [31]


@pytest.mark.parametrize("key", ["lo", "loss"])
def test_a_line_that_breaks_off_before_its_first_value(tmp_path: Path, key: str) -> None:
    lines = lines_of("logging")
    lines[30] = lines[30][: lines[30].index(" loss") + 1] + key
    run = read(tmp_path, "".join(f"{line}\n" for line in lines))
    assert losses(run).keys() == TRUE.keys() - {62}
    assert damaged_lines(run) == [31]


def test_a_line_that_says_less_at_the_beginning_is_whole(tmp_path: Path) -> None:
    lines = ["step 0 loss 2.5", *lines_of("plain")]
    run = read(tmp_path, "".join(f"{line}\n" for line in lines))
    assert losses(run)[0] == 2.5
    assert damaged_lines(run) == []


@pytest.mark.parametrize("cut", range(40, 75))
def test_a_line_with_its_moment_behind_the_beginning_of_another(tmp_path: Path, cut: int) -> None:
    lines = lines_of("logging")
    text = "".join(f"{line}\n" for line in lines)
    torn = text.index(lines[30]) + min(cut, len(lines[30]) - 1)
    run = read(tmp_path, text[:torn] + "".join(f"{line}\n" for line in lines[31:]))
    assert is_true(losses(run))
    assert losses(run).keys() >= TRUE.keys() - {62}
    assert damaged_lines(run) == [31]


def test_a_line_end_that_became_another_character(tmp_path: Path) -> None:
    lines = lines_of("plain")
    run = read(tmp_path, "".join(f"{line}\n" for line in lines).replace(f"{lines[30]}\n", f"{lines[30]}J"))
    assert is_true(losses(run))
    assert losses(run).keys() >= TRUE.keys() - {62}
    assert damaged_lines(run) == [31]


@pytest.mark.parametrize("cut", [4, 5])
def test_two_rows_that_have_a_cell_more_together(tmp_path: Path, cut: int) -> None:
    rows = [f"{step},{loss:.6g},{loss / 3:.6g},," for step, loss in TRUE.items()]
    rows[30] = rows[30][:cut] + rows[31]
    text = "".join(f"{row}\n" for row in ["step,loss,norm,val_loss,val_acc", *rows])
    run = read(tmp_path, text.replace(rows[31] + "\n" + rows[31], rows[31]), "metrics.csv")
    assert is_true(losses(run))
    assert losses(run).keys() >= TRUE.keys() - {62, 64}
    assert damaged_lines(run) == [32]


def test_rows_that_all_end_in_a_separator_are_whole(tmp_path: Path) -> None:
    rows = [f"{step},{loss:.6g}," for step, loss in TRUE.items()]
    run = read(tmp_path, "".join(f"{row}\n" for row in ["step,loss", *rows]), "metrics.csv")
    assert losses(run).keys() == TRUE.keys()
    assert damaged_lines(run) == []


def test_a_step_below_zero_is_no_beginning(tmp_path: Path) -> None:
    steps = list(TRUE)
    steps[30] = -5
    run = read(tmp_path, "".join(f"step {one} loss {TRUE[at]:.6g}\n" for one, at in zip(steps, TRUE, strict=True)))
    (series,) = (one for one in run.series if one.name == "loss")
    assert -5 in series.steps
    assert series.curve.first_step == 2
    assert len(series.curve) == len(TRUE) - 1


@pytest.mark.parametrize("order", [lambda step: -step, str, lambda step: 7 * step % 122, TRUE.get])
@pytest.mark.parametrize("name", ["metrics.csv", "metrics.jsonl"])
def test_rows_in_another_order_than_their_steps(tmp_path: Path, name: str, order: Callable[[int], Any]) -> None:
    steps = sorted(TRUE, key=order)
    rows = [f'{{"step": {step}, "loss": {TRUE[step]:.6g}}}' for step in steps]
    if name.endswith(".csv"):
        rows = ["step,loss", *(f"{step},{TRUE[step]:.6g}" for step in steps)]
    run = read(tmp_path, "".join(f"{row}\n" for row in rows), name)
    assert list(losses(run)) == list(TRUE)
    assert is_true(losses(run))
    assert [one.message for one in run.notices] == [
        "The rows do not stand in the order of `step`; their points were put in it."
    ]


def test_lengths_are_no_steps_in_disorder(tmp_path: Path) -> None:
    rows = [f"{17 * i % 40},{2 / (i + 1):.4f}" for i in range(60)]  # no two of forty are alike, but some of sixty are
    run = read(tmp_path, "".join(f"{row}\n" for row in ["steps,loss", *rows]), "metrics.csv")
    assert list(losses(run)) == list(range(60))


def test_a_file_of_nul_bytes_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_bytes(bytes(5000))
    told = "metrics.csv (nothing but NUL bytes, as storage leaves them after a crash)"
    assert look([tmp_path]).skipped.not_read == look([tmp_path]).skipped.in_doubt == (told,)


def test_a_table_whose_header_became_nul_bytes_is_told_of(tmp_path: Path) -> None:
    rows = "".join(f"{step},{loss:.6g},{loss / 3:.6g}\n" for step, loss in TRUE.items())
    (tmp_path / "metrics.csv").write_bytes(bytes(100) + rows.encode())
    (tmp_path / "weights.dat").write_bytes(bytes(100) + b"\x01\0\xff" * 100)
    assert look([tmp_path]).skipped.not_read == ("metrics.csv (begins with NUL bytes where its header was)",)


def test_requests_to_a_server_are_no_losses(tmp_path: Path) -> None:
    line = '10.0.0.1 - - [01/Mar/2026:12:00:{i:02d} +0000] "GET /loss/{i} HTTP/1.1" 200 {size} "-" "curl/8"\n'
    (tmp_path / "access.log").write_text("".join(line.format(i=i % 60, size=7 * i) for i in range(200)))
    with pytest.raises(NoRunError):
        load(tmp_path)
