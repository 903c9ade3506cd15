"""A variational autoencoder whose latent code says nothing of its input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import (
    Axis,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    TrainLoss,
    because,
    confidence_from,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.run.naming import words
from logdoctor.signals import Hyperparameters, LatentCode, Trend
from logdoctor.signals.settings.hyperparameters import DIVERGENCE_WEIGHT
from logdoctor.wording import number, stretch

AUTOREGRESSIVE = frozenset("rnn lstm gru transformer gpt autoregressive pixelcnn wavenet perplexity ppl".split())
"""Words that tell of a decoder which sees its own past (Bowman et al. 2016)."""

WEIGHT = "the weight of the divergence at each step: one that is full from the start, or above 1, is the cause"
"""What to log where the settings do not tell it."""


@dataclass(frozen=True)
class PosteriorCollapse(Rule):
    """The divergence of the code from its prior is almost zero and the loss rests: the decoder ignores the code.

    In a code that is used, the divergence grows as the code takes in what distinguishes the inputs, or keeps much of
    it while its weight grows. A divergence that is still small because its weight grows slowly, or while the loss
    still falls, is no finding.
    """

    id = "posterior-collapse"
    title = "The latent code says nothing about the input"
    severity = Severity.WARNING
    causes = ("kl-weight-too-high", "decoder-too-strong")
    references = ("Bowman et al. (2016), Generating Sentences from a Continuous Space, arXiv:1511.06349",)
    limits = "Needs 12 values of the loss and of the unweighted divergence; 8 epochs where almost none of it is left."

    max_share: float = threshold(
        1e-3, "divergence as a share of the loss, in the last third; a code of a single bit costs more"
    )
    max_left: float = threshold(
        0.01,
        "the same as a share of its highest: a loss that is averaged over pixels is small itself; codes in use keep a "
        "third and more (measured, while the weight grows, comes round, or some bits are free)",
    )
    min_unlearnt: float = threshold(
        0.25,
        "reconstruction at the end as a share of its first value, above which that holds: without a code, 0.96 and "
        "more are left, with one 0.3 and less (measured); the mean of all inputs alone may come to 0.3 of bad weights",
    )
    max_nats: float = threshold(0.1, "the same as it is: of codes in use, each entry alone has more")
    max_fall: float = threshold(
        0.05, "fall of the loss over the last third as a share of the whole, from which it still learns"
    )
    min_points: float = threshold(
        12.0, "values that a run needs: four in each third, so that one of them moves no median"
    )

    min_epochs: float = threshold(
        8.0, "the same of epochs, each over many updates, where the divergence is a tenth of what would be little"
    )

    examples = (
        fires(
            "the weight of the divergence is far too high",
            train_elbo_loss=decay(40.6, 27.2, 40, half_life=0.04),
            train_recon=decay(40.0, 27.2, 40, half_life=0.04),
            kl=decay(0.02, 0.0002, 40, half_life=0.05),
        ),
        fires(
            "the same, where the divergence is called a loss",
            train_loss=decay(40.6, 27.2, 40, half_life=0.04),
            train_reconstruction_loss=decay(40.0, 27.2, 40, half_life=0.04),
            train_kl_loss=decay(0.02, 0.0002, 40, half_life=0.05),
        ),
        fires(
            "the weight of the divergence grows until nothing of the code is left",
            train_loss=given([133.0]).followed_by(line(134.0, 140.0, 12)).followed_by(flat(140.0, 27)),
            train_recon=line(133.0, 139.5, 12).followed_by(flat(140.0, 28)),
            kl=decay(8.4, 0.02, 40, half_life=0.08),
        ),
        fires(
            "a loss averaged over pixels",
            train_loss=decay(0.18, 0.11, 40, half_life=0.03),
            train_recon=decay(0.12, 0.11, 40, half_life=0.03),
            kl=decay(0.09, 0.0003, 40, half_life=0.05),
        ),
        silent(
            "free bits keep what is left of it where it is",
            train_loss=decay(0.18, 0.06, 40, half_life=0.03),
            train_recon=decay(0.12, 0.05, 40, half_life=0.03),
            kl=decay(30.0, 0.25, 40, half_life=0.05),
        ),
        silent(
            "a divergence that is averaged over the entries of a code, from which inputs are given back ever better",
            train_loss=decay(0.25, 0.02, 40, half_life=0.03),
            train_recon=decay(0.2, 0.01, 40, half_life=0.03),
            kl=decay(2.0, 0.018, 40, half_life=0.03),
        ),
        silent(
            "the code is used",
            train_elbo_loss=decay(45.0, 15.0, 40, half_life=0.05),
            train_recon=decay(44.9, 14.4, 40, half_life=0.05),
            kl=decay(0.13, 29.0, 40, half_life=0.05),
        ),
        silent(
            "little of the code is used, and that grows",
            train_elbo_loss=decay(40.6, 27.2, 40, half_life=0.04),
            train_recon=decay(40.0, 27.2, 40, half_life=0.04),
            kl=line(0.0001, 0.02, 40),
        ),
        silent(
            "a small part of the loss is enough",
            train_elbo_loss=decay(40.6, 27.2, 40, half_life=0.04),
            train_recon=decay(40.0, 27.2, 40, half_life=0.04),
            kl=decay(0.5, 0.04, 40, half_life=0.05),
        ),
        silent(
            "the loss still falls",
            train_elbo_loss=line(40.6, 27.2, 40),
            train_recon=line(40.0, 27.2, 40),
            kl=flat(0.0002, 40),
        ),
        silent(
            "a student whose divergence from its teacher goes to zero",
            train_loss=decay(2.3, 0.4, 40, half_life=0.04),
            kl=decay(1.5, 0.0002, 40, half_life=0.04),
        ),
        fires(
            "eight epochs, and nothing at all is left",
            varies={"steps instead of epochs": "eight batches are no course of a run"},
            train_elbo_loss=decay(120.0, 60.0, 8, half_life=0.04),
            train_recon=decay(119.0, 60.0, 8, half_life=0.04),
            kl=decay(0.04, 0.0004, 8, half_life=0.05),
        ),
        silent(
            "eight epochs, and a little more is left",
            train_elbo_loss=decay(120.0, 60.0, 8, half_life=0.04),
            train_recon=decay(119.0, 60.0, 8, half_life=0.04),
            kl=decay(0.5, 0.03, 8, half_life=0.05),
        ),
        fires(
            "twelve values, and little is left",
            train_elbo_loss=decay(40.6, 27.2, 12, half_life=0.04),
            train_recon=decay(40.0, 27.2, 12, half_life=0.04),
            kl=decay(0.5, 0.01, 12, half_life=0.05),
        ),
        silent(
            "eleven, and little is left",
            train_elbo_loss=decay(40.6, 27.2, 11, half_life=0.04),
            train_recon=decay(40.0, 27.2, 11, half_life=0.04),
            kl=decay(0.5, 0.01, 11, half_life=0.05),
        ),
        silent(
            "seven epochs",
            train_elbo_loss=decay(120.0, 60.0, 7, half_life=0.04),
            train_recon=decay(119.0, 60.0, 7, half_life=0.04),
            kl=decay(0.04, 0.0004, 7, half_life=0.05),
        ),
    )

    def check(self, train: Trend[TrainLoss], code: LatentCode, settings: Hyperparameters) -> Iterator[Finding]:
        """Compare the divergence with the loss, once both have come to rest."""
        kl, loss = code.divergence, train.end
        first, _, last = kl.thirds
        share = last / loss if loss > 0 else 1.0
        of_epochs = kl.series.axis is Axis.EPOCH and share <= self.max_share / 10
        least = self.min_epochs if of_epochs else self.min_points
        if not code.of_autoencoder or min(len(train), len(kl)) < least:
            return
        rests = train.thirds[1] - train.thirds[2] <= self.max_fall * abs(train.start - train.end)
        left = self.max_left if code.left > self.min_unlearnt else 0.0
        most = max(self.max_share * loss, left * float(kl.series.values.max()))
        grows = last > max(first, float(kl.series.values[0]))
        if grows or not (0 <= last <= min(most, self.max_nats) and rests):
            return
        series = kl.series
        since = int(series.steps[len(series) // 3])
        heavy, past = _heavy(settings.number(DIVERGENCE_WEIGHT)), _sees_its_past(settings.run)
        yield self.finding(
            f"{series.name} is {number(last)} over {stretch(series, since, series.last_step)}, beside a loss that "
            f"rests at {number(loss)}: the code says nothing about the input",
            Span(series.name, since, series.last_step, "next to nothing"),
            confidence=confidence_from(most / max(last, 1e-300), len(kl)),
            causes=ranked(
                because(
                    "kl-weight-too-high",
                    likely_if(heavy or not past),
                    pro=[*heavy, f"{series.name} never grows: it is {number(first)} over the first third"],
                ),
                because("decoder-too-strong", likely_if(past and not heavy), pro=past),
            ),
            to_tell_apart=[] if heavy else [WEIGHT],
            evidence={
                "divergence": Quantity(last, "nats"),
                "share of the loss": Quantity(share, "share"),
                "loss at the end": Quantity(loss),
            },
        )


def _sees_its_past(run: Run) -> list[str]:
    """Say so where a name tells of a decoder that sees what comes before, and so can do without the code."""
    told = [*map(str, run.hyperparameters.values()), *run.hyperparameters, *(one.name for one in run.series)]
    seen = next((word for text in told for word in words(text) if word in AUTOREGRESSIVE), "")
    return [f"{seen}: a decoder of sequences can tell what comes next from what it has seen"] if seen else []


def _heavy(weight: float | None) -> list[str]:
    """Say so where the weight is above that of the bound; a small one clears nothing where pixels are averaged."""
    return [f"the settings weight the divergence by {number(weight)}"] if weight is not None and weight > 1 else []
