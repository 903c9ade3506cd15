"""How a first loss that no fresh network should have is described."""

from __future__ import annotations

from pathlib import Path

from logdoctor import Severity, analyze

FALL = [75.6, 73.2, 69.4, 56.1, 42.7, 34.0, 26.7, 20.8, 16.0, 12.4, 10.2, 9.6, 8.9, 8.3, 8.1, 8.0, 7.7, 7.7, 7.7, 7.2]


def test_where_it_starts_and_how_far_it_falls_at_once_are_not_mixed(tmp_path: Path) -> None:
    rows = [f"{epoch},{loss},{0.39 + epoch / 90}\n" for epoch, loss in enumerate([*FALL, *[5.5] * 20])]
    (tmp_path / "history.csv").write_text("epoch,loss,accuracy\n" + "".join(rows))
    (told,) = [finding.message for _, finding in analyze(tmp_path).findings() if finding.rule == "bad-initial-loss"]
    assert told == "loss starts at 75.6, above the loss of guessing in any vocabulary"


def test_a_penalty_that_melts_away_in_both_losses_is_a_note(tmp_path: Path) -> None:
    train = [14.2, 9.1, 6.0, 4.2, 3.1, 2.5, 2.1, 1.9]
    held_out = [11.0, 7.3, 5.0, 3.6, 2.8, 2.3, 2.0, 1.85]
    rows = [f"{epoch},{train[epoch]},{held_out[epoch]},{0.35 + epoch / 18}\n" for epoch in range(8)]
    (tmp_path / "history.csv").write_text("epoch,loss,val_loss,val_accuracy\n" + "".join(rows))
    (told,) = [finding for _, finding in analyze(tmp_path).findings() if finding.rule == "bad-initial-loss"]
    assert told.severity is Severity.NOTE
    assert told.causes[0].id == "over-regularised"
