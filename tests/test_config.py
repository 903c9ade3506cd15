"""Settings from files: found upward from a folder, checked key by key, overridden by options."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest

import logdoctor.config
from logdoctor.cli import main
from logdoctor.config import (
    Aggregate,
    Assertion,
    Config,
    FailOn,
    References,
    Statistic,
    Suppression,
    config_schema,
    find_config,
    parse_config,
    read_config,
    reference_files,
    with_suppressions,
)
from logdoctor.errors import ConfigurationError, nearest
from logdoctor.finding import Confidence, Severity
from logdoctor.run.roles import TrainLoss, ValLoss

HERE = Path("logdoctor.toml")


class TestParse:
    def test_nothing_said_is_the_defaults(self) -> None:
        assert parse_config({}, HERE) == Config(path=HERE)

    def test_everything_that_can_be_said(self) -> None:
        config = parse_config(
            {
                "select": ["overfitting", "nan-loss"],
                "ignore": ["plateau"],
                "min-severity": "warning",
                "min-confidence": "high",
                "roles": {"train-loss": ["objective*"], "validation-loss": "held_out"},
                "rules": {"overfitting": {"min-z": 5, "min_rise": 0.1}},
            },
            HERE,
        )
        assert config == Config(
            select=("overfitting", "nan-loss"),
            ignore=("plateau",),
            min_severity=Severity.WARNING,
            min_confidence=Confidence.HIGH,
            roles={TrainLoss: ("objective*",), ValLoss: ("held_out",)},
            thresholds={"overfitting": {"min_z": 5.0, "min_rise": 0.1}},
            path=HERE,
        )

    def test_one_name_needs_no_list(self) -> None:
        assert parse_config({"select": "plateau"}, HERE).select == ("plateau",)

    @pytest.mark.parametrize(
        ("table", "complaint"),
        [
            ({"selct": []}, "unknown key 'selct'; did you mean 'select'?"),
            ({"min_severity": "error"}, "unknown key 'min_severity'; did you mean 'min-severity'?"),
            ({"zzz": 1}, "unknown key 'zzz'; known are preset, select, ignore"),
            ({"roles": {"training-loss": "x"}}, "unknown role 'training-loss'; did you mean 'train-loss'?"),
            ({"min-severity": "bad"}, "min-severity: expected one of note, warning, error, not 'bad'"),
            ({"min-confidence": "sure"}, "min-confidence: expected one of low, medium, high, not 'sure'"),
            ({"select": 3}, "expected a text or a list of texts, not 3"),
            ({"select": ["plateau", 3]}, "expected a text or a list of texts, not ['plateau', 3]"),
            ({"rules": {"overfitting": {"min-z": "much"}}}, "rules: overfitting: min-z: expected a number, not 'much'"),
            ({"rules": {"overfitting": 3}}, "rules: overfitting: expected a table, not 3"),
        ],
    )
    def test_what_cannot_be_followed_is_told_with_the_file(self, table: dict[str, object], complaint: str) -> None:
        with pytest.raises(ConfigurationError) as error:
            parse_config(table, HERE)
        assert str(error.value).startswith("logdoctor.toml: ")
        assert complaint in str(error.value)


class TestFind:
    def test_no_file_is_the_defaults(self, tmp_path: Path) -> None:
        assert find_config(tmp_path) == Config()

    def test_the_nearest_file_upward_counts(self, tmp_path: Path) -> None:
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        (tmp_path / "logdoctor.toml").write_text('select = ["plateau"]')
        (tmp_path / "a" / "logdoctor.toml").write_text('select = ["nan-loss"]')
        config = find_config(inner)
        assert config.select == ("nan-loss",)
        assert config.path == tmp_path / "a" / "logdoctor.toml"

    def test_a_hidden_file_counts_too(self, tmp_path: Path) -> None:
        (tmp_path / ".logdoctor.toml").write_text('select = ["plateau"]')
        assert find_config(tmp_path).select == ("plateau",)

    def test_a_table_of_pyproject_counts(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text('[tool.logdoctor]\nmin-severity = "error"\n')
        assert find_config(tmp_path).min_severity is Severity.ERROR

    def test_a_pyproject_without_the_table_is_passed_over(self, tmp_path: Path) -> None:
        inner = tmp_path / "package"
        inner.mkdir()
        (inner / "pyproject.toml").write_text('[project]\nname = "x"\n')
        (tmp_path / "logdoctor.toml").write_text('select = ["plateau"]')
        assert find_config(inner).select == ("plateau",)

    def test_a_file_of_our_own_goes_before_pyproject(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text('[tool.logdoctor]\nselect = ["nan-loss"]\n')
        (tmp_path / "logdoctor.toml").write_text('select = ["plateau"]')
        assert find_config(tmp_path).select == ("plateau",)


class TestRead:
    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"absent\.toml: no such file"):
            read_config(tmp_path / "absent.toml")

    @pytest.mark.parametrize("content", [b"select = [", b"\xff\xfe"])
    def test_a_file_that_is_no_toml_is_told(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "logdoctor.toml"
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"logdoctor\.toml: "):
            read_config(file)

    def test_a_pyproject_without_the_table_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "pyproject.toml"
        file.write_text('[project]\nname = "x"\n')
        with pytest.raises(ConfigurationError, match="holds no"):
            read_config(file)


class TestSections:
    """Every section is declared once: reading, the schema and `config show` follow from it."""

    TABLE: ClassVar[dict[str, Any]] = {
        "preset": "strict",
        "fail-on": "never",
        "require-runs": 3,
        "suppress-files": "known.toml",
        "assert": [
            {"statistic": "best", "series": "val_acc", "min": 0.9, "run": "resnet*", "aggregate": "median"},
            {"statistic": "steps-to", "role": "validation-loss", "target": 1, "max": 500, "level": "note"},
        ],
        "suppress": [{"rule": "oscillation", "reason": "by design", "expires": date(2027, 3, 1)}],
        "reference": {"files": ["main.json"], "k": 3, "rtol": 0.1, "min-overlap": 0.5, "level": "warning"},
    }

    def test_what_they_say(self) -> None:
        config = parse_config(self.TABLE, HERE)
        assert config.assertions == (
            Assertion(Statistic.BEST, run="resnet*", series="val_acc", min=0.9, aggregate=Aggregate.MEDIAN),
            Assertion(Statistic.STEPS_TO, role="validation-loss", target=1.0, max=500.0, level=Severity.NOTE),
        )
        assert config.suppressions == (Suppression("oscillation", reason="by design", expires=date(2027, 3, 1)),)
        assert config.reference == References(("main.json",), k=3.0, rtol=0.1, min_overlap=0.5, level=Severity.WARNING)
        assert (config.fail_on, config.fail_on.severity, config.require_runs) == (FailOn.NEVER, None, 3)

    @pytest.mark.parametrize(
        ("table", "complaint"),
        [
            ({"fail-on": "errors"}, "fail-on: expected one of error, warning, note, never, not 'errors'"),
            ({"preset": "best"}, "preset: expected one of smoke, recommended, strict, not 'best'"),
            ({"require-runs": 0}, "require-runs: expected a whole number from 1, not 0"),
            ({"require-runs": True}, "require-runs: expected a whole number from 1, not True"),
            ({"assert": {}}, "assert: expected a list of tables, each under a heading of its own in [[ ]], not {}"),
            ({"assert": ["x"]}, "assert: entry 1: expected a table, not 'x'"),
            (
                {"suppress": [{"rule": "x"}, {"ruel": "y"}]},
                "suppress: entry 2: unknown key 'ruel'; did you mean 'rule'?",
            ),
            ({"suppress": [{}]}, "suppress: entry 1: the key 'rule' is missing"),
            (
                {"suppress": [{"rule": "x", "expires": "soon"}]},
                "expires: expected a date such as 2027-03-01, not 'soon'",
            ),
            ({"reference": {"rtol": -1}}, "reference: rtol: expected a number that is not negative, not -1"),
            ({"reference": {"min-overlap": 80}}, "min-overlap: expected a share from 0 to 1, not 80"),
            ({"reference": {"file": "a"}}, "reference: unknown key 'file'; did you mean 'files'?"),
            ({"assert": [{"statistic": "best", "series": "a", "min": 2, "max": 1}]}, "min is larger than max"),
        ],
    )
    def test_what_cannot_be_followed(self, table: dict[str, object], complaint: str) -> None:
        with pytest.raises(ConfigurationError) as error:
            parse_config(table, HERE)
        assert complaint in str(error.value)

    def test_a_limit_may_be_infinite_and_a_bound_may_not(self) -> None:
        assert parse_config({"rules": {"plateau": {"x": math.inf}}}, HERE).thresholds["plateau"]["x"] == math.inf
        with pytest.raises(ConfigurationError, match="expected a finite number"):
            parse_config({"assert": [{"statistic": "best", "series": "a", "max": math.inf}]}, HERE)

    def test_files_lie_beside_the_settings(self, tmp_path: Path) -> None:
        (tmp_path / "known.toml").write_text('[[suppress]]\nrule = "plateau"\n', encoding="utf-8")
        config = parse_config(self.TABLE, tmp_path / "logdoctor.toml")
        assert [one.rule for one in with_suppressions(config).suppressions] == ["oscillation", "plateau"]
        assert reference_files(config, ["here.json"]) == [tmp_path / "main.json", Path("here.json")]
        (tmp_path / "known.toml").write_text("rules = 3\n", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"known\.toml: unknown key 'rules'"):
            with_suppressions(config)


def test_an_error_lists_no_more_names_than_can_be_read() -> None:
    assert nearest("epsilon", ["alpha", "beta"]) == "; known are alpha, beta"
    assert nearest("epsilon", map(str, range(100))).endswith(", 18, 19, 80 more")


class TestPresets:
    @pytest.mark.parametrize(
        ("preset", "fail_on", "severity", "confidence"),
        [
            ("smoke", "error", "error", "high"),
            ("recommended", "error", "note", "medium"),
            ("strict", "warning", "note", "low"),
        ],
    )
    def test_what_each_means(self, preset: str, fail_on: str, severity: str, confidence: str) -> None:
        config = parse_config({"preset": preset}, HERE).of_gate()
        assert (config.fail_on, config.min_severity, config.min_confidence) == (fail_on, severity, confidence)

    def test_what_is_said_goes_before_the_preset(self) -> None:
        config = parse_config({"preset": "strict", "fail-on": "never"}, HERE)
        assert config.of_gate().fail_on is FailOn.NEVER
        config = config.with_options(min_confidence=Confidence.HIGH)
        assert config.of_gate().min_confidence is Confidence.HIGH
        assert config.of_gate().origins == {
            "preset": "logdoctor.toml", "fail_on": "logdoctor.toml", "min_confidence": "command line",
        }  # fmt: skip

    def test_no_preset_leaves_out_what_is_to_fail(self) -> None:
        config = parse_config({"preset": "smoke", "fail-on": "warning"}, HERE).of_gate()
        assert config.min_severity is Severity.WARNING
        assert parse_config({"preset": "smoke", "fail-on": "never"}, HERE).of_gate().min_severity is Severity.ERROR

    def test_it_changes_nothing_but_a_gate(self) -> None:
        assert parse_config({"preset": "smoke"}, HERE).min_confidence is Confidence.LOW


class TestSchema:
    def test_the_committed_file_is_current(self) -> None:
        file = Path(logdoctor.config.__file__).with_name("logdoctor.schema.json")
        assert json.loads(file.read_text(encoding="utf-8")) == config_schema(), "logdoctor config schema > " + str(file)

    def test_it_takes_what_we_take(self) -> None:
        jsonschema.Draft7Validator.check_schema(config_schema())
        table = {**TestSections.TABLE, "suppress": [{"rule": "x", "expires": "2027-03-01"}]}
        jsonschema.Draft7Validator(config_schema()).validate(table)

    @pytest.mark.parametrize(
        "table",
        [{"selct": []}, {"fail-on": "x"}, {"assert": [{}]}, {"roles": {"x": "y"}}, {"reference": {"rtol": -1}}],
    )
    def test_it_refuses_what_we_refuse(self, table: dict[str, object]) -> None:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft7Validator(config_schema()).validate(table)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _alone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    FILE = """
preset = "strict"
min-severity = "warning"
[roles]
train-loss = ["objective*"]
[rules.plateau]
min-points = inf
[[assert]]
statistic = "best"
role = "validation-metric"
min = 0.9
[[suppress]]
rule = "plateau"
reason = "say \\"why\\""
expires = 2027-03-01
"""

    def test_show_says_where_each_value_comes_from_and_can_be_read_again(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("logdoctor.toml").write_text(self.FILE, encoding="utf-8")
        assert main(["config", "show"]) == 0
        out = capsys.readouterr().out
        assert 'fail-on = "warning"  # preset strict\n' in out
        assert 'min-severity = "warning"  # ' in out
        assert "logdoctor.toml\n" in out
        assert "select = []  # default\n" in out
        assert parse_config(tomllib.loads(out), HERE) == replace(
            read_config(Path("logdoctor.toml")).of_gate(), path=HERE
        )
        assert main(["config", "show", "--preset", "smoke"]) == 0
        assert 'preset = "smoke"  # command line\n' in capsys.readouterr().out

    def test_schema(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config", "schema"]) == 0
        assert json.loads(capsys.readouterr().out) == config_schema()

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ('ignores = ["x"]', "unknown key 'ignores'; did you mean 'ignore'?"),
            ('ignore = ["nan-los"]', "logdoctor.toml: no rule is called 'nan-los'; did you mean 'nan-loss'?"),
            ('[tool.logdoctor]\nignore = ["nan-loss"]', "logdoctor.toml: [tool.logdoctor] is for pyproject.toml; here"),
            ('select = ["nan"]', "no rule is called 'nan'; did you mean 'masked-nan' or 'nan-loss'?"),
            (
                "[rules.plateau]\nminpoints = 3",
                "logdoctor.toml: rule 'plateau' has no threshold 'minpoints'; did you mean 'min-points'?",
            ),
            (
                "[rules.plateau]\nmin-points = -3",
                "logdoctor.toml: rule 'plateau': the threshold 'min-points' is -3, but what it limits is never",
            ),
            ('[[suppress]]\nrule = "nan-los"', "did you mean 'nan-loss'?"),
            ('preset = "strict"\n[[suppress]]\nrule = "nan-loss"', "gives no reason"),
            ('[reference]\nfiles = "absent.json"', "absent.json"),
            ('suppress-files = "absent.toml"', "absent.toml"),
        ],
    )
    def test_check(self, text: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path("logdoctor.toml").write_text("", encoding="utf-8")
        assert main(["config", "check"]) == 0
        assert capsys.readouterr().out.endswith("logdoctor.toml: fine\n")
        Path("logdoctor.toml").write_text(text, encoding="utf-8")
        assert main(["config", "check"]) == 2
        assert complaint in capsys.readouterr().err

    def test_check_of_files(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("a.toml").write_text("", encoding="utf-8")
        Path("b.json").write_text("{}", encoding="utf-8")
        assert main(["config", "check", "a.toml", "b.json"]) == 2
        captured = capsys.readouterr()
        assert captured.out == "a.toml: fine\n"
        assert "b.json: is no reference of logdoctor" in captured.err

    def test_a_file_that_need_hold_no_settings(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
        assert main(["config", "check", "pyproject.toml"]) == 0
        assert capsys.readouterr().out == "pyproject.toml: no [tool.logdoctor], nothing to check\n"
        Path("pyproject.toml").write_text("[tool.logdoctor]\nfail-om = 'error'\n", encoding="utf-8")
        assert main(["config", "check", "pyproject.toml"]) == 2
        assert "did you mean 'fail-on'?" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["absent.toml", "absent.json", "pyproject.toml"])
    def test_a_file_that_is_not_there(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config", "check", name]) == 2
        assert capsys.readouterr().err == f"logdoctor: {name}: no such file or folder\n"


class TestConfig:
    @pytest.mark.parametrize(
        ("select", "ignore", "asked"),
        [
            ((), (), True),
            (("plateau",), (), True),
            (("nan-loss",), (), False),
            ((), ("plateau",), False),
            (("plateau",), ("plateau",), False),
        ],
    )
    def test_a_rule_is_asked_when_it_is_selected_and_not_ignored(
        self, select: tuple[str, ...], ignore: tuple[str, ...], asked: bool
    ) -> None:
        assert Config(select=select, ignore=ignore).asks("plateau") is asked

    def test_options_of_the_command_line_replace_what_the_file_says(self) -> None:
        config = Config(select=("plateau",), min_severity=Severity.WARNING)
        assert config.with_options(select=("nan-loss",)) == Config(select=("nan-loss",), min_severity=Severity.WARNING)

    def test_options_that_were_not_given_leave_the_file_alone(self) -> None:
        config = Config(select=("plateau",), min_severity=Severity.WARNING)
        assert config.with_options(select=(), min_severity=None) == config
