"""From what a rule found in a curve to an event: where it begins, and when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from logdoctor.evidence.stability.corroboration import HALF, Corroboration, as_note, is_of_tokens
from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.stability.onset import onset_of_rise, rise_begins
from logdoctor.evidence.stability.rise import Rise
from logdoctor.finding import Finding
from logdoctor.run import Role, Run, Series
from logdoctor.signals import Hyperparameters, Siblings, Spike
from logdoctor.signals.optimization.stand_ins import is_of_errors
from logdoctor.signals.stability.loss_impact import Impact
from logdoctor.signals.stability.spikes import points_away
from logdoctor.signals.statistics.trend import Trend

R = TypeVar("R", bound=Role)


@dataclass(frozen=True)
class Surroundings:
    """What a rule needs to make an event of something that it found in its run."""

    run: Run
    settings: Hyperparameters
    siblings: Siblings

    @property
    def corroboration(self) -> Corroboration:
        """What else the run logs that may corroborate a rise."""
        return Corroboration(self.run, self.settings)

    def forgets_all(self, train: Trend[R]) -> bool:
        """Whether a rise of a loss ends where right answers are as seldom as at first, whatever stage began with it."""
        return self.corroboration.is_all_forgotten(self.rise(train))

    def weigh_rise(self, finding: Finding, event: Event, rise: Rise) -> Finding:
        """Lower a finding on a rise to a note where nothing corroborates it.

        A known level of guessing does, a climb that outruns any plan, and a metric that stands in for the loss.
        """
        stands_in = event.series.split.is_held_out or is_of_errors(event.series)
        if stands_in or rise.runs_away or not rise.start_is_logged:
            return finding
        seen = self.corroboration.of_rise(event, rise.start, rise.lowest, rise.train.end, rise.highest_since)
        return finding if seen else as_note(finding)

    def weigh_jumps(self, finding: Finding, trend: Trend[R], jumps: Iterable[Spike], *, relapsed: bool) -> Finding:
        """Lower a finding on jumps to a note where nothing corroborates any of them.

        A jump that gives back half of the fall does by itself, where the loss comes back and had not begun anew; any
        jump of a language model does so.
        """
        seen = any(self._is_corroborated(self.jump(trend.series, one), trend, one, relapsed=relapsed) for one in jumps)
        return finding if seen else as_note(finding)

    def weigh_impact(self, finding: Finding, event: Event, train: Trend[R], impact: Impact) -> Finding:
        """Lower a finding on what hurt a loss to a note where that may be the data: harder ones move more than it."""
        corroboration, start, after = self.corroboration, train.initial, impact.after
        if impact.is_non_finite or corroboration.of_rise(event, start, min(train.reached, impact.before), after):
            return finding
        comes_back = not impact.lasts and corroboration.gives_back(event, start, impact.before, after, HALF)
        return finding if comes_back else as_note(finding)

    def _is_corroborated(self, event: Event, trend: Trend[R], jump: Spike, *, relapsed: bool) -> bool:
        corroboration, start = self.corroboration, trend.initial
        if corroboration.of_jump(event, start, jump.peak):
            return True
        is_passing = jump.recovered and not relapsed
        gives_back = corroboration.gives_back(event, start, jump.level, jump.peak, HALF)
        return is_passing and (is_of_tokens(event, start) or gives_back)

    def non_finite(self, series: Series, index: int, finite_after: int) -> Event:
        """Look around the first value of a curve that is no number."""
        onset = rise_begins(series.values, index)
        return self._event(Kind.NON_FINITE, series, onset, index, finite_after or None)

    def rise(self, train: Trend[R], *, from_start: bool = False) -> Event:
        """Look around the point from which a level rises to where it ends; `from_start` where the first value has."""
        onset, index = (0, 0) if from_start else onset_of_rise(train)
        return self._event(Kind.RISE, train.series, onset, index)

    def at(self, kind: Kind, series: Series, index: int) -> Event:
        """Look around a value of a curve that a rule found by other means."""
        return self._event(kind, series, rise_begins(series.values, index), index)

    def jump(self, series: Series, spike: Spike) -> Event:
        """Look around an excursion of a curve of finite values."""
        high = np.flatnonzero(series.values[spike.index :] >= spike.level + spike.height / 4)
        back = spike.last - spike.index + 1 if spike.recovered else None
        event = self._event(Kind.JUMP, series, spike.index, spike.index + int(high[0]), back)
        return replace(event, back_to_level=back is not None and points_away(spike, series) == back)

    def _event(self, kind: Kind, series: Series, onset: int, index: int, back: int | None = None) -> Event:
        return Event(self.run, self.settings, self.siblings, kind, series, onset, index, back)
