"""Which of two adversarial losses is whose."""

from __future__ import annotations

import pytest

from logdoctor import Run, Series
from logdoctor.run.understand import understand
from logdoctor.signals import Adversaries, Unmeasurable


def run(*names: str) -> Run:
    return Run("run", understand([Series.of(name, range(4), [1.0, 0.9, 1.1, 1.0]) for name in names]))


@pytest.mark.parametrize(
    ("discriminator", "generator"),
    [
        ("D_loss", "G_loss"),
        ("errD", "errG"),
        ("lossD", "lossG"),
        ("loss/discriminator", "loss/generator"),
        ("train/disc_loss", "train/gen_loss"),
    ],
)
def test_names_tell_discriminator_from_generator(discriminator: str, generator: str) -> None:
    found = Adversaries.measure(run(generator, discriminator))
    assert (found.discriminator.series.name, found.generator.series.name) == (discriminator, generator)


def test_the_whole_loss_goes_before_its_parts() -> None:
    found = Adversaries.measure(run("loss_d_real", "loss_d_fake", "loss_d", "loss_g"))
    assert found.discriminator.series.name == "loss_d"


def test_one_network_alone_plays_no_game() -> None:
    with pytest.raises(Unmeasurable, match="no loss of a generator"):
        Adversaries.measure(run("loss_d"))
