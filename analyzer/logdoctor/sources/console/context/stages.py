"""Where a log names another stage of its training: `[pretrain] epoch 9 loss 0.5`, then `[finetune] epoch 10 loss 2.1`.

What comes back is none, as the networks that take turns in each step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.run.text_event import MOST_STAGES, STAGE_BEGUN
from logdoctor.sources.console.context.line_labels import Label
from logdoctor.sources.console.context.messages import LONGEST_TEXT, Message
from logdoctor.sources.console.rows.streams import Taken
from logdoctor.sources.console.text.passages import Passage


class StageReader:
    """Collects the lines that have the label of another stage than the labelled line before, passage after passage."""

    def __init__(self) -> None:
        self._labels: dict[str, Label] = {}
        """Those of stages, by shape."""
        self._begun: list[tuple[str, Message]] = []
        """What the label says, and the first line that has it."""

    def take(self, passage: Passage, taken: Taken, labels: Mapping[str, Label]) -> None:
        """Take the lines of a passage, of which the shapes are known, and the labels of those that are new."""
        self._labels.update((shape, label) for shape, label in labels.items() if label.is_stage)
        if self._labels.keys().isdisjoint(taken.shapes):
            return
        lines = passage.text.split("\n")
        for i, shape in enumerate(taken.shapes):
            said = self._labels[shape].text_in(lines[i]) if shape in self._labels else ""
            if said and said != self._last and len(self._begun) <= 2 * MOST_STAGES:
                text = lines[i].strip()[:LONGEST_TEXT]
                self._begun.append((said, Message(STAGE_BEGUN, text, taken.first + i, passage.places.at(i))))

    @property
    def _last(self) -> str:
        return self._begun[-1][0] if self._begun else ""

    def begun(self, lines: range) -> Sequence[Message]:
        """Return the first line of each stage but the first, among some lines; none where a stage comes back."""
        here = [(said, one) for said, one in self._begun if one.line in lines]
        anew = len({said for said, _ in here}) == len(here) <= MOST_STAGES
        return [one for _, one in here[1:]] if anew else ()
