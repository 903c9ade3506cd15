"""The tab in TensorBoard: what it is made of, and that TensorBoard finds it."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tensorboard.plugins.base_plugin import TBContext
from werkzeug.test import Client, TestResponse

from logdoctor.tensorboard_plugin import LogdoctorPlugin

SAMPLES = Path(__file__).parents[1] / "sample_logs"


def plugin(folder: Path | str) -> LogdoctorPlugin:
    return LogdoctorPlugin(TBContext(logdir=str(folder)))


def served(folder: Path, path: str) -> TestResponse:
    return Client(plugin(folder).get_plugin_apps()[path]).get("/")


def test_tensorboard_finds_it() -> None:
    assert [one.load() for one in entry_points(group="tensorboard_plugins", name="logdoctor")] == [LogdoctorPlugin]


def test_the_tab_shows_the_report() -> None:
    tab = plugin(SAMPLES / "divergence")
    assert (tab.is_active(), tab.frontend_metadata().es_module_path) == (True, "/index.js")
    script = served(SAMPLES / "divergence", "/index.js")
    assert (script.mimetype, "./report" in script.text) == ("text/javascript", True)
    report = served(SAMPLES / "divergence", "/report")
    assert report.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in report.headers["Content-Security-Policy"]
    assert {one.headers["X-Content-Type-Options"] for one in (script, report)} == {"nosniff"}
    assert "train/loss rises from 2.25 to 31,000" in report.text


def test_a_folder_without_logs_is_said(tmp_path: Path) -> None:
    assert "no training log found" in served(tmp_path, "/report").text


@pytest.mark.parametrize("place", ["", "gs://bucket/runs"])
def test_it_is_off_where_there_is_no_folder(place: str) -> None:
    assert not plugin(place).is_active()
