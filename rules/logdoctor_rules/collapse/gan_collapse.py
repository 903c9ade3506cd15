"""A generative adversarial network of which one side has won, or both have stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    AdversarialLoss,
    Axis,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line, swing
from logdoctor.evidence.collapse.adversarial_game import (
    began_at,
    causes_of_end,
    discriminator_too_weak,
    settled_from,
    spread,
    untrained_level,
    won_before,
)
from logdoctor.evidence.collapse.critic import grows_without_bound, is_critic
from logdoctor.evidence.optimization.pretrained import has_begun_before
from logdoctor.finding import HIGH_MARGIN, MEDIUM_MARGIN
from logdoctor.signals import Adversaries, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, stretch


@dataclass(frozen=True)
class GanCollapse(Rule):
    """The discriminator's loss went to zero and stayed there while the generator's rises or does not fall.

    The generator then gets no useful gradient. Losses that fluctuate are sound at any level, also that of guessing:
    they are not expected to fall. A Wasserstein critic's loss approaches zero when all is well: only unbounded growth
    counts. The game is also over where the generator's loss is almost zero and the discriminator does worse than
    guessing.
    """

    id = "gan-collapse"
    title = "One of the two networks has won, or both have stopped"
    severity = Severity.ERROR
    causes = ("discriminator-too-strong", "learning-rate-too-high", "discriminator-too-weak", "critic-without-bound")
    references = (
        "Arjovsky and Bottou (2017), Towards Principled Methods for Training GANs, arXiv:1701.04862",
        "Goodfellow (2016), NIPS Tutorial: Generative Adversarial Networks, arXiv:1701.00160",
    )
    limits = (
        "Needs 20 values of both losses under names that distinguish them, 8 in a log that begins late; Wasserstein "
        "critics are judged only for growth. Mode collapse need not show in the losses."
    )

    beaten: float = threshold(
        0.05,
        "discriminator's loss as a share of its highest level: equilibrium is 2 ln 2, ln 2, 2 or a half by the kind of "
        "loss, and sound games stay above a tenth of where they began",
    )
    resting: float = threshold(0.5, "share of the run, up to its end, over which it must stay there; early wins turn")
    min_change: float = threshold(
        0.1,
        "rise of the generator's loss over that time as a share of its level before, if it is losing ever more; and "
        "fall from which it comes back: what varies from batch to batch is no learning",
    )
    fooled: float = threshold(
        2.0,
        "discriminator's loss as a multiple of where it began, from which it is sure and wrong: one that knows nothing "
        "yet begins near the loss of guessing",
    )
    motionless: float = threshold(
        0.002,
        "spread of both losses where nobody has won: a dead discriminator says the same of every batch, but a sound "
        "game with a gradient penalty comes to rest at guessing as well, and wobbles there by half a hundredth",
    )
    min_points: float = threshold(20.0, "values of each loss: ten in the later half")
    min_after: float = threshold(8.0, "values of each in a log that begins when the game is over: early wins turn")

    examples = (
        fires(
            "the discriminator's loss goes to zero",
            D_loss=decay(1.4, 0.002, half_life=0.05),
            G_loss=line(0.7, 12.0).noisy(0.3),
        ),
        fires(
            "the discriminator has won, the generator stands still (least squares)",
            loss_D=decay(0.5, 0.0005, half_life=0.04),
            loss_G=decay(0.3, 1.0, half_life=0.02),
        ),
        fires(
            "a log that begins when the discriminator has won (least squares)",
            d_loss=decay(0.0011, 0.0002).noisy(0.0001),
            g_loss=flat(1.0).noisy(0.003),
        ),
        fires(
            "eight values of such a log: the discriminator is sure, and the generator fools it never",
            axis=Axis.STEP,
            first_step=6_000,
            d_loss=given([0.0, 0.001, 0.0, 0.0, 0.28, 0.0, 0.0, 0.0]),
            g_loss=given([16.7, 15.4, 17.7, 19.9, 17.7, 54.9, 6.4, 26.0]),
        ),
        silent(
            "losses that are weighted by a hundredth, of a discriminator that guesses (least squares)",
            d_loss=flat(0.0025).noisy(0.0002),
            g_loss=line(0.0025, 0.003).noisy(0.00005),
        ),
        fires(
            "both stand still",
            errD=decay(2.0, 1.386, half_life=0.03),
            errG=decay(2.0, 0.693, half_life=0.03),
        ),
        fires(
            "both rest at guessing from the middle on, to the last digit but one",
            D_loss=decay(1.9, 1.386, 40, half_life=0.05).followed_by(flat(1.386, 80).noisy(0.0004)),
            G_loss=decay(1.2, 0.693, 40, half_life=0.05).followed_by(flat(0.693, 80).noisy(0.0004)),
        ),
        silent(
            "a game with a gradient penalty comes to rest where the discriminator guesses, and wobbles a little",
            D_loss=decay(1.2, 1.386, 40, half_life=0.05).followed_by(flat(1.386, 80).noisy(0.003)),
            G_loss=decay(0.9, 0.693, 40, half_life=0.05).followed_by(flat(0.693, 80).noisy(0.006)),
        ),
        fires(
            "the generator's loss goes to zero, and the discriminator is sure and wrong",
            D_loss=line(1.5, 14.0).noisy(0.2),
            G_loss=decay(0.7, 0.0005, half_life=0.05),
        ),
        silent(
            "the generator gains ground, and the discriminator does little worse than guess",
            D_loss=line(1.3, 2.0).noisy(0.05),
            G_loss=decay(0.7, 0.02, half_life=0.05),
        ),
        silent("a game that wobbles", D_loss=flat(1.2).noisy(0.15), G_loss=flat(1.0).noisy(0.2)),
        silent(
            "the generator loses ground, but the discriminator does not win",
            D_loss=decay(1.4, 0.3).noisy(0.05),
            G_loss=line(0.7, 4.0).noisy(0.3),
        ),
        silent(
            "an early win that turns",
            D_loss=decay(1.4, 0.001, 60, half_life=0.1).followed_by(line(0.01, 0.9, 60)),
            G_loss=line(0.7, 6.0, 60).followed_by(line(6.0, 1.0, 60)),
        ),
        silent(
            "near zero, but the generator gains",
            D_loss=decay(1.4, 0.002, half_life=0.05),
            G_loss=line(8.0, 2.0).noisy(0.3),
        ),
        silent(
            "the discriminator wins late",
            D_loss=flat(1.2, 70).noisy(0.15).followed_by(decay(1.2, 0.002, 50, half_life=0.05)),
            G_loss=flat(1.0, 70).noisy(0.2).followed_by(line(1.0, 9.0, 50)),
        ),
        silent(
            "near zero, but the generator gains on it",
            D_loss=decay(1.4, 0.002, half_life=0.05),
            G_loss=line(2.4, 1.8).noisy(0.1),
        ),
        fires(
            "the discriminator has won from the first value logged, the generator is judged batch by batch",
            D_loss=decay(0.006, 0.0005, half_life=0.1),
            G_loss=flat(0.5).noisy(0.03),
        ),
        fires(
            "a critic without bound",
            d_loss=given(-(0.5 + np.arange(120) ** 3 / 3000)).noisy(0.2),
            gen_loss=given(np.arange(120.0) ** 2 / 50).noisy(1.0),
        ),
        fires(
            "a critic that has left all bounds early, and swings there",
            d_loss=given(-np.geomspace(0.8, 1500.0, 30)).followed_by(flat(-1400.0, 90).plus(swing(1200.0, 40, 90))),
            gen_loss=line(0.0, -900.0, 30).followed_by(flat(-900.0, 90).plus(swing(400.0, 40, 90))),
        ),
        silent(
            "a critic whose loss grows for a while",
            d_loss=given(-(2.0 + np.arange(120) ** 2 / 50)).noisy(0.2),
            gen_loss=line(0.0, 12.0),
        ),
        silent(
            "a critic that has only just begun to tell the two apart",
            d_loss=given(-(0.001 + np.arange(120) ** 3 / 1e5)),
            gen_loss=line(0.0, 12.0),
        ),
        silent("a critic that approaches zero", d_loss=decay(-30.0, -0.1), gen_loss=line(0.0, 12.0)),
        silent("swings that never end", D_loss=flat(1.2).plus(swing(0.4, 10)), G_loss=flat(1.0).plus(swing(0.3, 10))),
        silent("too short", D_loss=decay(1.4, 0.002, 19, half_life=0.05), G_loss=line(0.7, 12.0, 19)),
        silent(
            "a discriminator that never begins, beside a generator that learns from something else",
            d_loss=flat(0.0),
            g_loss=line(0.1, 0.7).noisy(0.01),
        ),
        silent(
            "a discriminator that is sure among its first eight values, as early wins are",
            axis=Axis.STEP,
            d_loss=given([0.0, 0.001, 0.0, 0.0, 0.28, 0.0, 0.0, 0.0]),
            g_loss=given([16.7, 15.4, 17.7, 19.9, 17.7, 54.9, 6.4, 26.0]),
        ),
        silent(
            "a log that begins when the discriminator has won, and the generator comes back",
            axis=Axis.STEP,
            first_step=6_000,
            d_loss=given([0.0, 0.001, 0.0, 0.0, 0.002, 0.0, 0.01, 0.02]),
            g_loss=given([7.2, 5.4, 4.1, 3.2, 2.6, 2.1, 1.9, 1.7]),
        ),
        silent(
            "seven values of a log that begins when the discriminator has won",
            axis=Axis.STEP,
            first_step=6_000,
            d_loss=given([0.0, 0.001, 0.0, 0.0, 0.28, 0.0, 0.0]),
            g_loss=given([16.7, 15.4, 17.7, 19.9, 17.7, 54.9, 6.4]),
        ),
        fires(
            "the generator's loss is zero from the first value on, and the discriminator's far above guessing",
            D_loss=flat(75.0, 60).noisy(9.0),
            G_loss=flat(0.0, 60),
        ),
        silent(
            "the generator's loss is zero from the first value on, and the discriminator guesses: it is not used yet",
            D_loss=flat(2.0, 60).noisy(0.05),
            G_loss=flat(0.0, 60),
        ),
        silent(
            "a log that begins late, of a discriminator that has yet to begin, beside a generator that reconstructs",
            axis=Axis.STEP,
            first_step=6_000,
            d_loss=flat(0.0, 12),
            g_loss=flat(28.0, 12).noisy(0.5),
        ),
    )

    def check(self, run: Run, game: Adversaries) -> Iterator[Finding]:
        """Look at where the discriminator's loss rests, and at what the generator's does meanwhile."""
        d, g = game.discriminator, game.generator
        if min(len(d), len(g)) >= self.min_after and won_before(d, g) and has_begun_before(run, d.series):
            yield self._won_before(d, g)
        elif min(len(d), len(g)) < self.min_points:
            return
        elif is_critic(d):  # nothing else that its loss does is a fault
            if (grown := grows_without_bound(d)) is not None:
                yield self.observed(grown)
        elif d.end >= self.fooled * began_at(d, g) > 0 and (lost := self._lost_since(g)):
            yield self._generator_wins(d, g, lost)
        else:
            yield from self._ended(d, g)

    def _ended(self, d: Trend[AdversarialLoss], g: Trend[AdversarialLoss]) -> Iterator[Finding]:
        """Report a discriminator that has won, or a game in which nothing moves any more."""
        highest = max(d.start, float(d.level.max()))
        low = self.beaten * untrained_level(highest, d.end)
        since = settled_from(d.level <= low)
        share = 1 - since / len(d.level)
        beaten = highest > 0 and share >= self.resting
        first = int(d.steps[since if beaten else len(d.level) // 2])
        moves = self._generator_since(first, d, g, beaten=beaten)
        if not moves:
            return
        usual = median(d.level[d.steps >= first])
        rests = "mostly rests" if beaten and d.end > low else "rests"
        at = f"next to zero, usually {number(usual)}," if beaten and usual > 0 else f"at {number(usual)}"
        last, begin, end = d.series.last_step, max(first, g.series.first_step), g.series.last_step
        yield self.finding(
            f"{d.series.name} {rests} {at} over {stretch(d.series, first, last)} "
            f"while {g.series.name} {moves} {'to' if moves == 'rises' else 'at'} {number(g.end)}",
            Span(d.series.name, first, last, "near zero" if beaten else "standing still"),
            Span(g.series.name, min(begin, end), end, moves),
            confidence=confidence_from(HIGH_MARGIN * share / self.resting if beaten else MEDIUM_MARGIN, len(d)),
            causes=causes_of_end(usual, highest, beaten=beaten),
            evidence={
                "discriminator": Quantity(usual),
                "its highest level": Quantity(highest),
                "generator": Quantity(g.end),
                "share of the run": Quantity(share if beaten else 0.5, "share"),
            },
        )

    def _won_before(self, d: Trend[AdversarialLoss], g: Trend[AdversarialLoss]) -> Finding:
        """Report a log that begins when the discriminator has won."""
        usual, lost = (median(one.series.values) for one in (d, g))
        first, last = d.series.first_step, d.series.last_step
        return self.finding(
            f"{d.series.name} is mostly {number(usual)} over {stretch(d.series, first, last)} while {g.series.name} is "
            f"mostly {number(lost)}",
            Span(d.series.name, first, last, "near zero"),
            Span(g.series.name, g.series.first_step, g.series.last_step, "lost"),
            confidence=Confidence.MEDIUM,
            causes=causes_of_end(usual, float(d.series.values.max()), beaten=True),
            evidence={"discriminator": Quantity(usual), "generator": Quantity(lost)},
        )

    def _generator_since(
        self, first: int, d: Trend[AdversarialLoss], g: Trend[AdversarialLoss], *, beaten: bool
    ) -> str:
        """Say what the generator's loss does from a step on, where the game is over by it; nothing where it goes on.

        It rises, or does not fall, while the discriminator has won; otherwise both must stand still.
        """
        meanwhile, before = g.since(first), float(np.interp(first, g.steps, g.level))
        if len(meanwhile) < 2:
            return ""
        last_quarter = meanwhile[-max(1, len(meanwhile) // 4) :]
        if beaten:
            rise, least = last_quarter.mean() - before, self.min_change * abs(before)
            return "rises" if rise > least else "stays" if rise >= -least else ""
        spreads = [spread(one.series.values[one.series.steps >= first]) for one in (d, g)]
        return "stands still" if max(spreads) <= self.motionless else ""

    def _lost_since(self, g: Trend[AdversarialLoss]) -> float:
        """Return for which last share of the run the generator's loss rests next to zero; 0 where it is too small."""
        share = 1 - settled_from(g.level <= self.beaten * float(g.level.max())) / len(g.level)
        return share if g.level.min() >= 0 and share >= self.resting else 0.0

    def _generator_wins(self, d: Trend[AdversarialLoss], g: Trend[AdversarialLoss], share: float) -> Finding:
        first, last = int(g.steps[round((1 - share) * len(g.level))]), g.series.last_step
        comes_to = "rises to" if d.end > d.start else "is at"
        return self.finding(
            f"{g.series.name} rests at {number(g.end)} over {stretch(g.series, first, last)} while {d.series.name} "
            f"{comes_to} {number(d.end)}",
            Span(g.series.name, first, last, "near zero"),
            Span(d.series.name, d.series.first_step, d.series.last_step, "sure and wrong"),
            confidence=confidence_from(HIGH_MARGIN * share / self.resting, len(d)),
            causes=discriminator_too_weak(d),
            evidence={
                "discriminator": Quantity(d.end),
                "its first level": Quantity(d.start),
                "generator": Quantity(g.end),
                "share of the run": Quantity(share, "share"),
            },
        )
