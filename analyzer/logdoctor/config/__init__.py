"""Settings, from `logdoctor.toml`, `[tool.logdoctor]` in `pyproject.toml` and the command line."""

from logdoctor.config.files import (
    FILE_NAMES,
    config_schema,
    find_config,
    holds_settings,
    parse_config,
    read_config,
    read_suppressions,
    reference_files,
    with_suppressions,
)
from logdoctor.config.settings import (
    PRESETS,
    Aggregate,
    Assertion,
    Config,
    FailOn,
    Preset,
    References,
    Statistic,
    Suppression,
)

__all__ = [
    "FILE_NAMES", "PRESETS", "Aggregate", "Assertion", "Config", "FailOn", "Preset", "References", "Statistic",
    "Suppression", "config_schema", "find_config", "holds_settings", "parse_config", "read_config", "read_suppressions",
    "reference_files", "with_suppressions",
]  # fmt: skip
