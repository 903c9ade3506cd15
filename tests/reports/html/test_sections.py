"""What each section says, the files that a report becomes, and how large they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from logdoctor.cli import main
from logdoctor.curves import decay, flat
from logdoctor.diagnosis import Diagnosis, Examined, analyze, diagnose
from logdoctor.finding import Cause, Confidence, Finding, Fix, Outcomes, Severity, Span, Strength
from logdoctor.gated import Check, Gated, Outcome, Suppressed
from logdoctor.packs import installed_rules
from logdoctor.reports.formats import render, render_files
from logdoctor.reports.html.document import document
from logdoctor.reports.html.folders import divided
from logdoctor.reports.html.names import cut, linked, run_names
from logdoctor.reports.html.provenance import files as read_files
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.rule import example_run
from logdoctor.run import Run, Series
from logdoctor.run.understand import understand
from logdoctor.sources.discovery.discover import Skipped

SAMPLES = Path(__file__).parents[3] / "sample_logs"


def run(name: str, **curves: object) -> Run:
    return replace(example_run(**(curves or {"train_loss": decay(2.3, 0.5)})), name=name, home=name)  # type: ignore[arg-type]


def diagnosis(*runs: Run) -> Diagnosis:
    return diagnose(runs, installed_rules())


def failed(name: str, *fixes: Fix, series: str = "train_loss") -> Examined:
    cause = Cause("learning-rate-too-high", "the learning rate is too high", Strength.LIKELY, fixes=fixes)
    finding = Finding(
        "nan-loss",
        "A loss is NaN or infinite",
        "train_loss turns NaN",
        Severity.ERROR,
        Confidence.HIGH,
        (Span(series, 5, 9),),
        causes=(cause,),
    )
    return Examined(run(name, train_loss=decay(2.3, 0.5).then(flat(float("nan"), 9))), Outcomes((finding,)))


def text(one: Diagnosis, **more: object) -> str:
    return render("html", Report(one, **more), Page())  # type: ignore[arg-type]


def test_the_verdict_counts_runs_and_names_rules() -> None:
    sound = Examined(run("b"), Outcomes())
    one = document(Report(Diagnosis((failed("a"), sound, failed("c")))))
    assert one.headline == "2 of 3 runs failed: a loss is NaN or infinite"
    assert one.subline == "1 run shows no problem."
    assert document(Report(Diagnosis((failed("a"),)))).headline == "The run failed: a loss is NaN or infinite"
    assert document(Report(Diagnosis((sound,)))).headline == "No problem found in this run"
    assert document(Report(Diagnosis())).headline == "No run was judged"
    warning = replace(failed("a").findings[0], severity=Severity.WARNING)
    warned = replace(failed("a"), outcomes=Outcomes((warning,)))
    assert document(Report(Diagnosis((warned,)))).headline == "No run failed; the run carries a warning"


def test_what_was_not_judged_is_not_praised() -> None:
    sound = Examined(run("b"), Outcomes())
    silent = Examined(run("c", cheer=decay(2.3, 0.5)), Outcomes())
    alone = document(Report(Diagnosis((silent,))))
    assert alone.headline == "The run was not judged"
    assert alone.subline == "No training loss of two values or more was recognised."
    assert [(row.word, row.severity) for row in alone.runs] == [("not judged", "note")]
    both = document(Report(Diagnosis((sound, silent))))
    assert both.headline == "1 of 2 runs was not judged"
    assert both.subline == "1 run shows no problem. No training loss of two values or more was recognised."
    all_three = document(Report(Diagnosis((failed("a"), sound, silent))))
    unjudged = "1 run was not judged: no training loss of two values or more was recognised."
    assert all_three.subline == f"1 run shows no problem. {unjudged}"


def test_what_stands_in_for_a_training_loss_is_judged_in_part() -> None:
    sound, lone = Examined(run("b"), Outcomes()), Examined(run("c", val_loss=decay(2.3, 0.5)), Outcomes())
    alone = document(Report(Diagnosis((lone,))))
    assert (alone.headline, alone.runs[0].word) == ("No problem found in this run", "judged in part")
    assert alone.subline == "It was judged without a training loss: none was recognised."
    both = document(Report(Diagnosis((failed("a"), sound, lone))))
    assert both.subline == (
        "2 runs show no problem. 1 run without a problem was judged without a training loss: none was recognised."
    )


def test_so_are_returns() -> None:
    agent = Examined(run("d", episode_reward=decay(1.0, 20.0)), Outcomes())
    assert document(Report(Diagnosis((agent,)))).runs[0].word == "judged in part"


def test_the_verdict_counts_ways_to_fail() -> None:
    titles = (
        "NaN is everywhere",
        "The gradient norm explodes",
        "A loss is NaN or infinite",
        "A process died",
        "It hangs",
    )
    runs = [failed(f"{at}-{again}") for at in range(5) for again in range(3 if at == 1 else 1)]
    told = [
        replace(one, outcomes=Outcomes((replace(one.findings[0], title=titles[int(one.run.name[0])]),))) for one in runs
    ]
    most = "in 3 the gradient norm explodes; in 1 a loss is NaN or infinite; in 1 a process died; in 2 something else"
    assert document(Report(Diagnosis(tuple(told)))).headline == f"The runs failed: {most}".replace(
        "The runs", "7 of 7 runs"
    )
    two = document(Report(Diagnosis((told[0], told[1])))).headline
    assert two == "2 of 2 runs failed: in 1 NaN is everywhere; in 1 the gradient norm explodes"


def test_a_fix_says_what_tested_it_and_links_to_the_run() -> None:
    tested = Fix("lower the rate from 0.1 to 0.01", tested="sibling run sgd/lr=0.01, other seed")
    one = Diagnosis((failed("sgd/lr=0.1", tested, Fix("clip the norm")), Examined(run("sgd/lr=0.01"), Outcomes())))
    page = text(one)
    assert "<b>Tested</b> by sibling run <a href=" in page
    assert page.count("The rest is general advice, not tested on these runs.") == 1
    assert document(Report(one)).subline == "A fix was tested. 1 run shows no problem."


def test_the_sibling_that_a_fix_names_is_drawn_dashed() -> None:
    fix = Fix("lower the rate", tested="sibling run b")
    one = document(Report(Diagnosis((failed("a", fix), Examined(run("b"), Outcomes())))))
    drawn = one.sections[0].findings[0].chart
    assert drawn is not None
    assert drawn.plots[0].lines[0].style == "sibling"


def test_the_folders_that_all_runs_lie_in_are_no_part_of_a_siblings_name() -> None:
    fix = Fix("lower the rate", tested="sibling run logs/sgd/b")
    one = document(Report(Diagnosis((failed("logs/sgd/a", fix), Examined(run("logs/sgd/b"), Outcomes())))))
    drawn = one.sections[0].findings[0].chart
    assert drawn is not None
    assert drawn.caption.endswith("Dashed: sibling run b.")


def test_a_run_that_is_named_in_a_text_is_the_longest_that_fits() -> None:
    names = run_names(Diagnosis((Examined(run("a/b"), Outcomes()), Examined(run("a/bc"), Outcomes()))))
    pieces = linked("sibling run a/bc, at 0.1, and sibling run a/b", names).pieces
    assert [getattr(piece, "full", piece) for piece in pieces] == [
        "sibling run ", "a/bc", ", at 0.1, and sibling run ", "a/b", "",
    ]  # fmt: skip


def test_long_names_are_cut_in_the_middle_and_whole_in_the_title() -> None:
    long = "sgd/" + "num_epochs__100__batch_size__128__" * 2 + "lr__0.1"
    assert len(cut(long, 40)) == 40
    assert f'title="{long}"' in text(Diagnosis((Examined(run(long), Outcomes()), Examined(run("x"), Outcomes()))))


def test_the_list_of_findings_names_the_run_below_what_all_share() -> None:
    page = text(Diagnosis(tuple(failed(f"runs/{name}") for name in ("sgd/lr=1", "adam"))))
    (listed,) = re.findall(r'<table class="digest">.*?</table>', page, re.DOTALL)
    assert '<td class="dim">sgd/lr=1</td>' in listed
    assert '<td class="dim">adam</td>' in listed


def test_what_a_gate_found_has_its_section() -> None:
    bad, known = failed("a"), failed("b")
    check = Check(
        "assertion", "best val_acc >= 0.91", "a", "val_acc", Severity.ERROR, Outcome.FAILED, "best val_acc is 0.87"
    )
    stale = replace(check, name="reference of a", outcome=Outcome.STALE, message="made elsewhere")
    one = Diagnosis((bad, replace(known, outcomes=Outcomes())))
    suppressed = Suppressed(known.run, known.findings[0], "adversarial by design", date(2027, 3, 1))
    passed = replace(check, name="end val_acc >= 0.9", outcome=Outcome.PASSED)
    gated = Gated(
        one, checks=(passed, check, stale), suppressed=(suppressed,), remarks=("one suppression is not used",)
    )
    page = text(one, gated=gated)
    for words in (
        "<b>The gate failed</b>: 1 finding at or above error, 1 check failed, 1 check could not be answered, ",
        "1 check passed, 1 known finding suppressed.", "<b>1</b> check passed",
        "best val_acc &gt;= 0.91", "best val_acc is 0.87", "adversarial by design", "2027-03-01", "stale",
        "One suppression is not used",
    ):  # fmt: skip
        assert words in page
    assert page.index('id="gate"') < page.index('id="errors"') < page.index('id="runs"')


def test_files_are_named_with_their_hash_and_one_that_is_gone_is_said(tmp_path: Path) -> None:
    log = tmp_path / "runs" / "a" / "metrics.csv"
    log.parent.mkdir(parents=True)
    log.write_text("step,loss\n" + "".join(f"{i},{2 / (i + 1)}\n" for i in range(50)))
    one = analyze(tmp_path / "runs")
    (file,) = read_files(one)
    assert (file.path, file.sha256) == ("a/metrics.csv", sha256(log.read_bytes()).hexdigest())
    log.unlink()
    assert read_files(one)[0].sha256 == "gone since it was read"


def test_every_sample_is_found_again_for_its_hash() -> None:
    found = read_files(analyze(SAMPLES))
    assert len(found) > 70
    for file in found:
        assert file.sha256 == sha256((SAMPLES / file.path).read_bytes()).hexdigest()


def test_thresholds_that_were_set_say_their_default() -> None:
    rule = next(rule for rule in installed_rules() if rule.id == "loss-spike")
    name, _, _ = next(rule.thresholds())
    rules = installed_rules({"loss-spike": {name: 99.0}})
    one = document(Report(diagnose([run("a")], rules)))
    (changed,) = [threshold for threshold in one.thresholds if threshold.default]
    assert (changed.rule, changed.value) == ("loss-spike", "99")


def test_what_is_vendored_is_what_its_authors_published() -> None:
    folder = files("logdoctor.reports.html").joinpath("uplot")
    lines = folder.joinpath("SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in map(str.split, lines)}
    assert set(sums) == {"LICENSE", "uPlot.iife.min.js", "uPlot.min.css"}
    for name, expected in sums.items():
        assert sha256(folder.joinpath(name).read_bytes()).hexdigest() == expected
    assert sums["uPlot.iife.min.js"] == "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"


def many_series(name: str, seed: int, series: int = 10, points: int = 10_000) -> Run:
    """Return a run of noisy curves, logged each step with wall times: what compresses worst."""
    noise = np.random.default_rng(seed)
    kinds = ["train/loss", "val/loss", "train/accuracy", "val/accuracy", "lr", "grad_norm"]
    made = []
    for at in range(series):
        values = 2.0 * np.exp(-np.arange(points) / points * 3) + 0.1 * noise.standard_normal(points) + 0.5
        kind = kinds[at] if at < len(kinds) else f"layer{at}/weight_std"
        made.append(Series.of(kind, np.arange(points), values, 1.75e9 + np.arange(points) * 0.37))
    return Run(name, understand(made), home=name)


@pytest.mark.parametrize(("runs", "limit"), [(1, 300_000), (20, 1_500_000)])
def test_a_report_is_small_enough_to_send(runs: int, limit: int) -> None:
    one = diagnosis(*(many_series(f"sweep/lr={at}", at) for at in range(runs)))
    size = len(text(one).encode())
    assert limit / 10 < size < limit


def test_over_a_hundred_runs_become_an_index_and_pages(tmp_path: Path) -> None:
    runs = [run(f"{'abc'[at % 3]}/lr={at}", train_loss=decay(2.3, 0.5)) for at in range(149)]
    runs.append(run("c/broken", train_loss=decay(2.3, 0.5).then(flat(float("nan"), 20))))
    made = render_files("html", Report(diagnosis(*runs)), Page(), "my report.html")
    *pages, first = made
    assert first == "my report.html"
    assert len(pages) == 3
    assert all(page.startswith("my report/") for page in pages)
    ids = {name: set(re.findall(r'\bid="([^"]*)"', page)) for name, page in made.items()}
    links = re.findall(r'href="([^"#]+)#([^"]+)"', made[first])
    assert len(links) > 150
    for page, anchor in links:
        assert anchor in ids[unquote(page)]
    assert "nan-loss" in made[first]
    assert "All runs" in made[pages[0]]
    assert 'href="../my%20report.html"' in made[pages[0]]


def test_a_page_holds_whole_folders_as_far_as_they_fit() -> None:
    names = [f"a/{at}" for at in range(20)] + [f"b/{at}" for at in range(29)] + [f"c/{at}/x" for at in range(120)]
    pages = divided([run(name) for name in names])
    assert [len(held) for _, held in pages] == [50, 50, 50, 19]
    assert set(names[:49]) < {one.name for one in pages[0][1]}
    assert len({file for file, _ in pages}) == 4
    hostile = divided([run(f"../..\\{chr(0x202E)}/{at}") for at in range(60)])
    assert all(re.fullmatch(r"\d-[A-Za-z0-9_-]+\.html", file) for file, _ in hostile)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    assert main(["analyze", str(SAMPLES / "nan-loss"), "-o", f"html={tmp_path}/r.html"]) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["r.html"]
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_the_command_writes_an_index_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("logdoctor.reports.html.MAX_RUNS", 3)
    in_the_way = tmp_path / "r"
    in_the_way.write_text("somebody's file")
    asked = ["analyze", str(SAMPLES / "rate-sweep"), "-o", f"html={tmp_path}/r.html"]
    assert main(asked) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["r"]
    assert in_the_way.read_text() == "somebody's file"
    in_the_way.unlink()
    assert main(asked) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["r", "r.html"]
    assert [one.suffix for one in (tmp_path / "r").iterdir()] == [".html"]


def test_counts_say_runs_not_findings() -> None:
    twice = failed("a")
    twice = replace(twice, outcomes=Outcomes((*twice.findings, replace(twice.findings[0], rule="divergence"))))
    assert document(Report(Diagnosis((twice,)))).sections[0].aside == "2 findings in 1 run"


def test_metrics_beside_the_loss_are_in_the_curves_of_the_run() -> None:
    one = document(Report(diagnosis(run("a", train_loss=decay(2.3, 0.5), accuracy=decay(0.1, 0.9)))))
    assert [chart.title for chart in one.runs[0].charts] == ["Loss", "Accuracy"]


def test_files_that_could_not_be_read_are_named() -> None:
    one = replace(diagnosis(run("a")), skipped=Skipped(not_read=("b/metrics.csv (permission denied)",)))
    assert "Not read: b/metrics.csv (permission denied)" in text(one)
