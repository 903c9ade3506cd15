"""How a first loss that no fresh network should have is described."""

from __future__ import annotations

from pathlib import Path

from logdoctor import analyze

FALL = [75.6, 73.2, 69.4, 56.1, 42.7, 34.0, 26.7, 20.8, 16.0, 12.4, 10.2, 9.6, 8.9, 8.3, 8.1, 8.0, 7.7, 7.7, 7.7, 7.2]


def test_where_it_starts_and_how_far_it_falls_at_once_are_not_mixed(tmp_path: Path) -> None:
    rows = [f"{epoch},{loss},{0.39 + epoch / 90}\n" for epoch, loss in enumerate([*FALL, *[5.5] * 20])]
    (tmp_path / "history.csv").write_text("epoch,loss,accuracy\n" + "".join(rows))
    (told,) = [finding.message for _, finding in analyze(tmp_path).findings() if finding.rule == "bad-initial-loss"]
    assert told == "loss starts at 75.6, above the loss of guessing in any vocabulary"
