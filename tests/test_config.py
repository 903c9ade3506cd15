"""Settings from files: found upward from a folder, checked key by key, overridden by options."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor.config import Config, find_config, parse_config, read_config
from logdoctor.errors import ConfigurationError
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
