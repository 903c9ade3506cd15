"""A real Chromium: where it is missing the tests say so, and fail where CI asked for one (CI_BROWSER=1)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from logdoctor.diagnosis import Diagnosis, analyze
from logdoctor.reports.formats import render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report

SAMPLES = Path(__file__).parents[4] / "sample_logs"
NOW = 2e9
"""Long after the samples were written, so that none is still being written."""

CHOSEN = (
    "rate-sweep", "nan-loss", "gan-collapse", "loss-spike", "overfitting", "plateau", "restart-overlap",
    "still-improving",
)  # fmt: skip
RUNS = 15


def missing(what: str) -> None:
    if os.environ.get("CI_BROWSER") == "1":
        pytest.fail(f"CI_BROWSER=1 asks for browser tests, but {what}", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing("no Chromium is installed (apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed (pip install playwright)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the text of axe-core, which LOGDOCTOR_AXE names (npm pack axe-core; axe.min.js)."""
    path = os.environ.get("LOGDOCTOR_AXE", "")
    if not path or not Path(path).is_file():
        missing("LOGDOCTOR_AXE names no axe.min.js (npm pack axe-core)")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report that has every section: of a sweep, of samples of each severity, of a damaged log."""
    return written(tmp_path_factory.mktemp("report") / "report.html", chosen(analyze(SAMPLES, now=NOW)))


@pytest.fixture(scope="session")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of few runs that still has every kind of element: axe looks at each of them, slowly."""
    path = tmp_path_factory.mktemp("small") / "report.html"
    return written(
        path, chosen(analyze(SAMPLES, now=NOW), ("divergence", "restart-overlap", "nan-loss", "sound/printed"))
    )


def chosen(diagnosis: Diagnosis, beginnings: tuple[str, ...] = CHOSEN) -> Diagnosis:
    """Keep some of the samples: a page of all takes a browser long."""
    runs = tuple(one for one in diagnosis.runs if one.run.name.startswith(beginnings))
    assert len(runs) >= len(beginnings)
    names = {one.run.name for one in runs}
    return replace(
        diagnosis, runs=runs, comparisons=tuple(one for one in diagnosis.comparisons if names >= {*one.runs})
    )


def written(path: Path, diagnosis: Diagnosis) -> Path:
    path.write_text(render("html", Report(diagnosis), Page()), encoding="utf-8")
    return path


def _foreign(url: str) -> list[str]:
    return [] if url.startswith("file:") else [url]


@dataclass
class Opened:
    """A page and everything that it complained of."""

    page: Any
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Open a report and hold that it asks for nothing else and complains of nothing."""
    contexts: list[tuple[Any, Opened]] = []

    def opened(path: Path, hash_: str = "", *, width: int = 1440, scripts: bool = True, dark: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 1000},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale="en-US",
            reduced_motion="reduce",
        )
        one = Opened(context.new_page())
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda request: one.complaints.extend(_foreign(request.url)))
        one.page.set_default_timeout(5_000)
        one.page.goto(f"file://{path}{hash_}")
        contexts.append((context, one))
        return one.page

    yield opened
    complaints = [text for _, one in contexts for text in one.complaints]
    for context, _ in contexts:
        context.close()
    assert contexts
    assert not complaints
