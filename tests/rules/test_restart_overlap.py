"""Steps go back where a run begins again, not where a line is printed late."""

from __future__ import annotations

from pathlib import Path

from logdoctor import analyze


def test_an_evaluation_that_is_printed_late_with_its_own_step_is_no_restart(tmp_path: Path) -> None:
    lines = []
    for step in range(6, 300, 6):
        lines.append(f"{{'loss': {2.3 * 0.99**step:.4f}, 'epoch': {step / 31:.2f}, 'step': {step}}}")
        if step % 36 == 0:
            lines.append(f"{{'eval_loss': {2.4 * 0.99**step:.4f}, 'epoch': {(step - 5) / 31:.2f}, 'step': {step - 5}}}")
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (examined,) = analyze(tmp_path).runs
    assert {one.name for one in examined.run.series} == {"loss", "eval_loss", "epoch"}
    assert [one.rule for one in examined.findings if one.rule == "restart-overlap"] == []
