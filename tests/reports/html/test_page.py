"""The page as a whole: what stands in it, what it lets in, and that hostile text stays text."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from logdoctor.curves import decay, flat
from logdoctor.diagnosis import Diagnosis, analyze, diagnose
from logdoctor.packs import installed_rules
from logdoctor.reports.formats import render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.rule import example_run

SAMPLES = Path(__file__).parents[3] / "sample_logs"
VOID = {"meta", "link", "br", "hr", "input", "img", "wbr"}
NOW = 2e9  # long after the samples were written, so that none is still being written


def html(diagnosis: Diagnosis) -> str:
    return render("html", Report(diagnosis), Page())


@pytest.fixture(scope="module")
def samples() -> str:
    return html(analyze(SAMPLES, now=NOW))


class Reader(HTMLParser):
    """Collects elements, and holds that each is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.raw.setdefault(self.open[-1], []).append(data)

    def policy(self) -> str:
        return next(a["content"] for _, a in self.elements if a.get("http-equiv") == "Content-Security-Policy")

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if attributes.get("id")]


def test_every_element_is_closed_and_every_id_is_there_once(samples: str) -> None:
    page = Reader(samples)
    assert not page.open
    ids = page.ids()
    assert len(ids) == len(set(ids)) > 300


def test_every_link_leads_somewhere_in_the_page(samples: str) -> None:
    page = Reader(samples)
    links = [attributes["href"] for tag, attributes in page.elements if tag in ("a", "use")]
    known = set(page.ids())
    missing = {
        link for link in links if link.startswith("#") and link[1:] not in known and not link.startswith("#run=")
    }
    assert len(links) > 100
    assert not missing
    assert not [link for link in links if not link.startswith("#")]


def test_nothing_is_loaded_and_no_style_or_handler_is_inline(samples: str) -> None:
    for tag, attributes in Reader(samples).elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "ping")]
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")


def test_the_policy_names_exactly_the_style_and_the_scripts_of_the_page(samples: str) -> None:
    policy = Reader(samples).policy()
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    page = Reader(samples)
    data, plotter, script = page.raw["script"]
    (style,) = page.raw["style"]

    def named(directive: str) -> set[str]:
        return set(policy.split(f"{directive} ")[1].split(";")[0].split())

    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert named("style-src") == {hashed(style)}
    assert named("script-src") == {hashed(script), hashed(plotter)}
    assert data.startswith('{"runs":')


def test_the_same_input_gives_the_same_bytes(samples: str) -> None:
    assert html(analyze(SAMPLES, now=NOW)) == samples


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x1b[31m\"'&\u2028"


def test_hostile_names_are_shown_and_not_obeyed() -> None:
    run = replace(
        example_run(
            {HOSTILE: HOSTILE}, train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.6).then(flat(float("nan"), 9))
        ),
        name=HOSTILE,
    )
    run = replace(run, series=tuple(replace(one, name=f"{one.name}{HOSTILE}") for one in run.series))
    text = html(diagnose([run], installed_rules()))
    page = Reader(text)
    assert [tag for tag, _ in page.elements].count("script") == 3
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "\\u202e" in text
    assert "&lt;script&gt;alert(1)" in text


def test_an_empty_diagnosis_is_a_page_too() -> None:
    assert "No run was judged" in html(Diagnosis())
