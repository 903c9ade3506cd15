"""Finding rules through entry points, refusing those that could not work, and the free tests for anybody's pack."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from logdoctor import packs
from logdoctor.errors import ConfigurationError, RulePackError
from logdoctor.packs import installed_rules, rules_in
from logdoctor.testing import check_pack

HIGH_LOSS = '''
"""A loss that grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Confidence, Finding, Quantity, Rule, Severity, Span, TrainLoss, ValLoss
from logdoctor import because, example_run, fires, silent, threshold
from logdoctor.curves import flat, line
from logdoctor.signals import Trend


@dataclass(frozen=True)
class HighLoss(Rule):
    """The training loss ends high above its start."""

    id = "high-loss"
    title = "The training loss ends high"
    severity = Severity.WARNING
    causes = ("unknown",)
    limits = "Needs two values of the training loss."

    factor: float = threshold(2.0, "end in units of the start: twice as much is more than noise")

    examples = (
        fires("triples", train_loss=line(1.0, 3.0)),
        silent("falls", train_loss=line(1.0, 0.5)),
        silent("grows by half", train_loss=line(1.0, 1.5)),
    )

    def check(self, train: Trend[TrainLoss]) -> Iterator[Finding]:
        """Compare the end with the start."""
        series = train.series
        if train.end < self.factor * train.initial:
            return
        yield self.finding(
            f"{series.name} ends at {train.end:.3g}",
            Span(series.name, int(series.steps[0]), int(series.steps[-1])),
            confidence=Confidence.LOW,
            causes=(because("unknown"),),
            evidence={"end": Quantity(train.end)},
        )
'''

Write = Callable[..., str]


@pytest.fixture
def write_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a package of rule files, given by module name; return the package's name, new for every test."""

    def write(**files: str) -> str:
        package = f"rules_of_{tmp_path.name.replace('-', '_')}_{len(list(tmp_path.iterdir()))}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        for name, source in files.items():
            (tmp_path / package / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return package

    return write


def changed(*edits: tuple[str, str]) -> str:
    """Return the rule's source with texts replaced, each of which it has."""
    source = HIGH_LOSS
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    return source


def install(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    points = [EntryPoint(name, name, packs.GROUP) for name in packages]
    monkeypatch.setattr(packs, "entry_points", lambda group: [one for one in points if one.group == group])


class TestInstalledRules:
    def test_the_built_in_rules_come_through_the_entry_point_ordered_by_id(self) -> None:
        ids = [rule.id for rule in installed_rules()]
        assert ids == sorted(ids)
        assert {"divergence", "nan-loss", "overfitting"} <= set(ids)

    def test_a_configured_threshold_replaces_the_default(self) -> None:
        (rule,) = [one for one in installed_rules({"overfitting": {"min_z": 7.0}}) if one.id == "overfitting"]
        assert rule.min_z == 7.0  # type: ignore[attr-defined]

    def test_a_threshold_of_no_rule_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="'overfiting'"):
            installed_rules({"overfiting": {"min_z": 7.0}})

    def test_a_threshold_that_a_rule_does_not_have_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match=r"'overfitting'.*'min-zz'.*'min-z'"):
            installed_rules({"overfitting": {"min_zz": 7.0}})

    def test_no_pack_at_all_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        install(monkeypatch)
        with pytest.raises(RulePackError, match="no rules are installed"):
            installed_rules()

    def test_a_foreign_pack_comes_in_beside_the_built_in_one(
        self, monkeypatch: pytest.MonkeyPatch, write_pack: Write
    ) -> None:
        install(monkeypatch, "logdoctor_rules", write_pack(high_loss=HIGH_LOSS))
        assert {"high-loss", "nan-loss"} <= {rule.id for rule in installed_rules()}

    def test_an_id_that_is_taken_is_refused_with_both_places(
        self, monkeypatch: pytest.MonkeyPatch, write_pack: Write
    ) -> None:
        install(monkeypatch, write_pack(high_loss=HIGH_LOSS), write_pack(high_loss=HIGH_LOSS))
        with pytest.raises(
            RulePackError, match=r"high_loss\.py:\d+: the id 'high-loss' is taken by .*high_loss\.py:\d+"
        ):
            installed_rules()


class TestRulesIn:
    def test_one_rule_from_each_module_and_none_that_is_only_imported(self, write_pack: Write) -> None:
        package = write_pack(high_loss=HIGH_LOSS)
        assert [rule.__name__ for rule in rules_in(package)] == ["HighLoss"]

    @pytest.mark.parametrize("missing", ["id", "title", "severity", "causes"])
    def test_a_rule_that_lacks_what_every_rule_has_is_refused(self, write_pack: Write, missing: str) -> None:
        package = write_pack(high_loss=changed((f"    {missing} = ", f"    {missing}_ = ")))
        with pytest.raises(RulePackError, match=rf"high_loss\.py:\d+: rule HighLoss has no {missing}"):
            list(rules_in(package))

    def test_a_need_without_a_type_is_refused(self, write_pack: Write) -> None:
        package = write_pack(high_loss=changed(("train: Trend[TrainLoss]", "train")))
        with pytest.raises(RulePackError, match=r"high_loss\.py:\d+: parameter 'train' of rule high-loss has no type"):
            list(rules_in(package))

    def test_a_need_whose_type_cannot_be_read_is_refused(self, write_pack: Write) -> None:
        package = write_pack(high_loss=changed(("train: Trend[TrainLoss]", "train: Trent[TrainLoss]")))
        with pytest.raises(
            RulePackError, match=r"high_loss\.py:\d+: the needs of rule high-loss cannot be read.*Trent"
        ):
            list(rules_in(package))


OTHER = """@dataclass(frozen=True)
class Other(Rule):
    \"\"\"Another rule.\"\"\"

    id = "other-loss"
    title = "Other"
    severity = Severity.NOTE
    causes = ()
    limits = "Says nothing."
    examples = ()

    def check(self) -> Iterator[Finding]:
        \"\"\"Say nothing.\"\"\"
        yield from ()


@dataclass(frozen=True)
"""

RETURNS = "if train.end < self.factor * train.initial:"
ABSOLUTE = "if train.end - train.initial < self.factor:"
NEAR_ABSOLUTE = ("line(1.0, 1.5)", "line(1.0, 2.5)")
FAR = ("line(1.0, 3.0)", "line(1.0, 4.0)")

FAULTS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "an example that does not fire": (
        [("line(1.0, 3.0)", "line(1.0, 1.8)")],
        "high-loss: on 'triples' the rule is silent, though it fires there by its own word",
    ),
    "a silent example on which the rule is not asked": (
        [('silent("falls", train_loss', 'silent("falls", val_loss')],
        "high-loss: on 'falls' the rule is not applicable (no train loss in this run), "
        "though it is silent there by its own word",
    ),
    "a crash on its own example": (
        [(RETURNS, "if train.end < self.factor * train.initial / (train.end > 0.6):")],
        "high-loss: on 'falls' the rule crashes (ZeroDivisionError: float division by zero), "
        "though it is silent there by its own word",
    ),
    "an id that is not the name of the file": (
        [('id = "high-loss"', 'id = "tall-loss"')],
        "tall-loss: the file is called high_loss.py, not tall_loss.py",
    ),
    "no docstring": (
        [('    """The training loss ends high above its start."""\n', "")],
        "high-loss: the class has no docstring to say what a finding means",
    ),
    "a title with a full stop": (
        [('"The training loss ends high"', '"The training loss ends high."')],
        "high-loss: the title 'The training loss ends high.' is empty or ends in a full stop",
    ),
    "no severity": (
        [("severity = Severity.WARNING", 'severity = "bad"')],
        "high-loss: the severity 'bad' is none",
    ),
    "no causes": (
        [('causes = ("unknown",)', "causes = ()")],
        "high-loss: a rule above a note names at least one cause",
    ),
    "no limits": (
        [('    limits = "Needs two values of the training loss."\n', "")],
        "high-loss: the limits are not said: what it needs before it speaks, and what it cannot see",
    ),
    "an unknown cause": (
        [('causes = ("unknown",)', 'causes = ("unknown", "bad-luck")')],
        "high-loss: the cause 'bad-luck' is unknown",
    ),
    "a cause that is never named": (
        [('causes = ("unknown",)', 'causes = ("unknown", "bad-batch")')],
        "high-loss: the declared cause 'bad-batch' is named by no finding on its examples",
    ),
    "a cause that is not declared": (
        [('causes=(because("unknown"),)', 'causes=(because("bad-batch"),)')],
        "high-loss: on 'triples' the finding names the cause 'bad-batch', which the rule does not declare",
    ),
    "a file that is too long": (
        [('"""A loss that grows."""', '"""A loss that grows."""' + "\n# more" * 160)],
        "high-loss: the file has 192 lines without its imports and examples, more than 160",
    ),
    "a threshold without a reason": (
        [('"end in units of the start: twice as much is more than noise"', '"end"')],
        "high-loss: the doc of factor does not say where 2 comes from: 'end'",
    ),
    "a title that is used twice": (
        [('"grows by half"', '"falls"')],
        "high-loss: two examples are called 'falls'",
    ),
    "no example that fires": (
        [('fires("triples", train_loss=line(1.0, 3.0)),', "")],
        "high-loss: there is no example of the kind `fires`",
    ),
    "a finding of another rule": (
        [("yield self.finding(", "yield HighLoss.finding(Other(),"), ("@dataclass(frozen=True)\n", OTHER)],
        "high-loss: on 'triples' the finding calls itself 'other-loss'",
    ),
    "a message without a number": (
        [('f"{series.name} ends at {train.end:.3g}"', '"it ends high"')],
        "high-loss: on 'triples' the message holds no number: 'it ends high'",
    ),
    "no evidence": (
        [('{"end": Quantity(train.end)}', "{}")],
        "high-loss: on 'triples' the finding carries no evidence",
    ),
    "a span beyond the series": (
        [("int(series.steps[-1])),", "1000),")],
        "high-loss: on 'triples' the span 0 to 1000 of train_loss does not lie within its steps 0 to 119",
    ),
    "a span on a series that is not there": (
        [("Span(series.name, int", 'Span("loss", int')],
        "high-loss: on 'triples' a span is on 'loss', which the run does not have",
    ),
    "no span": (
        [("            Span(series.name, int(series.steps[0]), int(series.steps[-1])),\n", "")],
        "high-loss: on 'triples' the finding points at no stretch of a series",
    ),
    "a threshold that does nothing on one side": (
        [(RETURNS, "if train.end < max(2.0, self.factor) * train.initial:")],
        "high-loss: factor = 2 is not pinned: lowering it changes no verdict, "
        "raising it silences an example that fires",
    ),
    "a dead threshold": (
        [(RETURNS, "if train.end < 2 * train.initial:")],
        "high-loss: factor = 2 is not pinned: lowering it changes no verdict, raising it changes no verdict",
    ),
    "a verdict that depends on the unit of the loss": (
        [(RETURNS, ABSOLUTE), NEAR_ABSOLUTE, FAR],
        "high-loss: on 'grows by half' the rule is silent, but with bits instead of nats it fires",
    ),
    "a verdict that depends on how steps are counted": (
        [(RETURNS, "if train.end < self.factor * train.initial or series.steps[-1] > 1000:")],
        "high-loss: on 'triples' the rule fires, but with ten times the steps it is silent",
    ),
    "a verdict that depends on the axis": (
        [(RETURNS, "if train.end < self.factor * train.initial or series.axis != 'epoch':")],
        "high-loss: on 'triples' the rule fires, but with steps instead of epochs it is silent",
    ),
    "a verdict that depends on the name": (
        [(RETURNS, "if train.end < self.factor * train.initial or series.name != 'train_loss':")],
        "high-loss: on 'triples' the rule fires, but with the names of Keras it is silent",
    ),
    "a verdict that depends on the company": (
        [
            ("train: Trend[TrainLoss]", "run: Run, train: Trend[TrainLoss]"),
            ("Rule, Severity", "Rule, Run, Severity"),
            (RETURNS, "if train.end < self.factor * train.initial or len(run.series) > 1:"),
        ],
        "high-loss: on 'triples' the rule fires, but with unrelated series it is silent",
    ),
    "a verdict that depends on the number of points": (
        [(RETURNS, "if train.end < self.factor * train.initial or len(train) != 120:")],
        "high-loss: on 'triples' the rule fires, but with every second point it is silent",
    ),
    "an excuse that is not needed": (
        [('fires("triples", ', 'fires("triples", varies={"lost points": "why not"}, ')],
        "high-loss: 'triples' says that it varies with lost points, but it does not",
    ),
    "an excuse of the whole rule that is not needed": (
        [('causes = ("unknown",)', 'causes = ("unknown",)\n    varies = {"lost points": "why not"}')],
        "high-loss: says that it varies with lost points, but no example does",
    ),
    "an excuse from what is no change": (
        [('fires("triples", ', 'fires("triples", varies={"the weather": "why not"}, ')],
        "high-loss: `varies` names the change 'the weather', which is none; there are ten times the steps,",
    ),
    "an explanation of what is no rule": (
        [('causes = ("unknown",)', 'causes = ("unknown",)\n    explains = ("high-water",)')],
        "high-loss: explains 'high-water', which is no rule",
    ),
}


class TestCheckPack:
    def test_a_sound_pack_has_no_problems(self, write_pack: Write) -> None:
        assert check_pack(write_pack(high_loss=HIGH_LOSS)) == []

    @pytest.mark.parametrize(("edits", "problem"), FAULTS.values(), ids=FAULTS.keys())
    def test_a_fault_is_told_in_a_sentence(self, write_pack: Write, edits: list[tuple[str, str]], problem: str) -> None:
        problems = check_pack(write_pack(high_loss=changed(*edits)))
        assert any(one.startswith(problem) for one in problems), "\n".join(problems) or "no problem"

    @pytest.mark.parametrize(
        "excuse",
        [
            ('causes = ("unknown",)', 'causes = ("unknown",)\n    varies = {"bits instead of nats": "a level"}'),
            ('silent("grows by half", ', 'silent("grows by half", varies={"bits instead of nats": "a level"}, '),
        ],
        ids=["the rule", "the example"],
    )
    def test_what_varies_with_a_reason_is_no_fault(self, write_pack: Write, excuse: tuple[str, str]) -> None:
        assert check_pack(write_pack(high_loss=changed((RETURNS, ABSOLUTE), NEAR_ABSOLUTE, FAR, excuse))) == []

    def test_a_package_without_rules_is_told(self, write_pack: Write) -> None:
        package = write_pack()
        assert check_pack(package) == [f"{package} holds no rules"]

    def test_rules_that_explain_each_other_are_told(self, write_pack: Write) -> None:
        first = changed(('causes = ("unknown",)', 'causes = ("unknown",)\n    explains = ("tall-loss",)'))
        second = changed(
            ('id = "high-loss"', 'id = "tall-loss"'),
            ('causes = ("unknown",)', 'causes = ("unknown",)\n    explains = ("high-loss",)'),
        )
        problems = check_pack(write_pack(high_loss=first, tall_loss=second))
        assert len(problems) == 1
        assert problems[0].endswith("explanations go in a circle")

    def test_an_id_that_is_used_twice_is_told(self, write_pack: Write) -> None:
        problems = check_pack(write_pack(high_loss=HIGH_LOSS, tall_loss=HIGH_LOSS))
        assert "high-loss: the id is taken twice" in problems

    def test_a_crash_on_the_example_of_another_rule_is_told(self, write_pack: Write) -> None:
        touchy = changed(
            ('id = "high-loss"', 'id = "touchy-loss"'),
            (RETURNS, "if train.end < self.factor * train.initial / (train.initial > 0.9):"),
        )
        calm = changed(('silent("falls", train_loss=line(1.0, 0.5))', 'silent("falls", train_loss=line(0.5, 0.1))'))
        problems = check_pack(write_pack(high_loss=calm, touchy_loss=touchy))
        assert problems == [
            "touchy-loss: crashes on 'falls' of high-loss: ZeroDivisionError: float division by zero",
        ]
