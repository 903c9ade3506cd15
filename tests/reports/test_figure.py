"""Figures: what is drawn, that everything can be read, and that the same run gives the same bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from tests.reports import specimens
from tests.reports.hostile import ACTING

from logdoctor.cli import main
from logdoctor.curves import decay, flat
from logdoctor.finding import Finding, Severity, Span
from logdoctor.reports import figure
from logdoctor.reports.figure import FigureRequest, left_out, saved
from logdoctor.rule import example_run
from logdoctor.run import Axis, Run

NAN = float("nan")

NAN_RUN = example_run(
    train_loss=decay(2.3, 0.7, 68).followed_by(flat(NAN, 32)),
    val_loss=decay(2.3, 0.9, 68).followed_by(flat(NAN, 32)),
    lr=flat(0.1),
    grad_norm=decay(9.0, 1.0),
)
FOUND = replace(specimens.finding("nan-loss", "train_loss turns NaN"), spans=(Span("train_loss", 68, 99),))


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Axes]]:
    """Draw, and return the panels from top to bottom."""
    made: list[Figure] = []
    draw = figure._figure

    def keep(run: Run, finding: Finding | None, request: FigureRequest) -> Figure:
        made.append(draw(run, finding, request))
        return made[-1]

    monkeypatch.setattr(figure, "_figure", keep)

    def drawn(run: Run, finding: Finding | None = None, **request: object) -> list[Axes]:
        saved(run, finding, "svg", FigureRequest(**request))  # type: ignore[arg-type]
        return list(made[-1].axes)

    return drawn


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def lines(axes: Axes, color: str) -> list[np.ndarray]:
    """The lines of a colour, without the triangles and bars above."""
    found = [line for line in axes.lines if line.get_color() == color and line.get_transform() == axes.transData]
    return [np.asarray(line.get_ydata()) for line in found]


def triangles(axes: Axes) -> list[float]:
    return [x for line in axes.lines if line.get_marker() == "v" for x in np.asarray(line.get_xdata()).tolist()]


class TestWhatIsDrawn:
    """Losses together, strips below, the finding marked."""

    def test_losses_and_strips(self, panels: Callable[..., list[Axes]]) -> None:
        loss, rate, norm = panels(NAN_RUN, FOUND)
        assert [len(lines(loss, color)) for color in ("#3d434b", "#0072b2")] == [1, 1]
        assert (loss.get_ylabel(), norm.get_xlabel()) == ("loss", "epoch")
        assert (rate.get_title(loc="left"), norm.get_title(loc="left")) == ("lr", "grad_norm")
        assert texts(loss)[:2] == ["train_loss\nNaN", "val_loss\nNaN"]

    def test_the_stretch_of_the_finding_runs_through_all_panels(self, panels: Callable[..., list[Axes]]) -> None:
        drawn = panels(NAN_RUN, FOUND)
        assert texts(drawn[0])[-1] == "nan-loss, epochs 68 to 99"
        assert [len(one.patches) for one in drawn] == [1, 1, 1]
        assert drawn[0].texts[-1].get_color() == "#b42318"

    def test_nothing_is_washed_that_is_all_of_the_axis(self, panels: Callable[..., list[Axes]]) -> None:
        drawn = panels(NAN_RUN, replace(FOUND, spans=(Span("train_loss", 2, 99),), severity=Severity.NOTE))
        assert [len(one.patches) for one in drawn] == [0, 0, 0]
        assert texts(drawn[0])[-1] == "nan-loss, epochs 2 to 99"

    def test_a_single_step_can_be_seen(self, panels: Callable[..., list[Axes]]) -> None:
        (patch,) = panels(NAN_RUN, replace(FOUND, spans=(Span("train_loss", 50, 50),)))[0].patches
        assert patch.get_extents().width > 1

    def test_without_a_finding(self, panels: Callable[..., list[Axes]]) -> None:
        assert texts(panels(NAN_RUN)[0]) == ["train_loss\nNaN", "val_loss\nNaN"]

    def test_nan_is_marked_and_nothing_drawn_in_its_place(self, panels: Callable[..., list[Axes]]) -> None:
        run = example_run(train_loss=decay(2.3, 1.0, 10).followed_by(flat(NAN, 2)).followed_by(flat(1.0, 10)))
        (loss,) = panels(run)
        assert triangles(loss) == [10.0, 11.0]
        assert np.flatnonzero(np.isnan(lines(loss, "#3d434b")[0])).tolist() == [10, 11]

    def test_a_gap_is_a_gap(self, panels: Callable[..., list[Axes]]) -> None:
        run = example_run(train_loss=decay(2.3, 1.0, 100))
        holed = run.series[0].take(np.r_[0:40, 60:100])
        (loss,) = panels(replace(run, series=(holed,)))
        assert np.flatnonzero(np.isnan(lines(loss, "#3d434b")[0])).tolist() == [40]
        assert triangles(loss) == []

    def test_no_point_is_left_out(self, panels: Callable[..., list[Axes]]) -> None:
        noise = np.random.default_rng(0).normal(2.0, 0.1, 20_000)
        run = example_run(train_loss=flat(1.0, 20_000))
        (loss,) = panels(replace(run, series=(replace(run.series[0], values=noise),)))
        assert np.array_equal(lines(loss, "#3d434b")[0], noise)

    def test_what_a_finding_is_about_has_a_panel_of_its_own(self, panels: Callable[..., list[Axes]]) -> None:
        run = example_run(train_loss=decay(2.3, 0.5), val_accuracy=flat(0.1))
        drawn = panels(run, replace(FOUND, spans=(Span("val_accuracy", 0, 40),)))
        assert len(drawn) == 2
        assert texts(drawn[1])[0] == "val_accuracy\n0.1"

    def test_chosen_series_share_a_panel(self, panels: Callable[..., list[Axes]]) -> None:
        run = example_run(train_loss=decay(2.3, 0.5), accuracy=flat(0.9), lr=flat(0.1))
        series = tuple(one for one in run.series if one.name in {"accuracy", "lr"})
        (one,) = panels(run, None, series=series)
        assert sorted(texts(one)) == ["accuracy\n0.9", "lr\n0.1"]

    def test_a_finding_about_a_strip_alone(self, panels: Callable[..., list[Axes]]) -> None:
        (one,) = panels(example_run(lr=flat(0.1)), replace(FOUND, spans=(Span("lr", 5, 9),)))
        assert texts(one) == ["lr\n0.1", "nan-loss, epochs 5 to 9"]

    def test_what_counts_something_else_is_left_out_and_said(self) -> None:
        run = example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.6))
        run = replace(run, series=(run.series[0], replace(run.series[1], axis=Axis.STEP)))
        assert [one.name for one in left_out(run, None, FigureRequest())] == ["val_loss"]

    @pytest.mark.parametrize(
        ("low", "log", "scale"),
        [
            (0.5, None, "linear"),
            (0.01, None, "log"),
            (0.01, False, "linear"),
            (0.5, True, "log"),
            (-1.0, None, "linear"),
        ],
    )
    def test_scale(self, low: float, log: bool | None, scale: str, panels: Callable[..., list[Axes]]) -> None:
        run = example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, low))
        assert panels(run, None, log=log)[0].get_yscale() == scale

    def test_labels_of_curves_that_meet_stand_above_each_other(self, panels: Callable[..., list[Axes]]) -> None:
        (loss,) = panels(example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.501)))
        one, other = (text.get_window_extent() for text in loss.texts)
        assert not one.overlaps(other)

    @pytest.mark.parametrize("width", [2.0, 3.3, 6.9, 20.0])
    def test_everything_stands_within_the_figure(self, width: float, panels: Callable[..., list[Axes]]) -> None:
        drawn = panels(NAN_RUN, FOUND, width=width)
        whole = drawn[0].figure.bbox
        for axes in drawn:
            assert axes.get_window_extent().width > 0.3 * whole.width
            for text in (*axes.texts, *axes.get_yticklabels(), axes.title):
                box = text.get_window_extent()
                if text.get_text():
                    assert whole.x0 - 1 <= box.x0 <= box.x1 <= whole.x1 + 1, text.get_text()
                    assert box.y1 <= whole.y1 + 1, text.get_text()
        assert min(float(text.get_fontsize()) for axes in drawn for text in axes.texts) >= 7


class TestFiles:
    """PDF, SVG and PNG."""

    @pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
    def test_the_same_run_gives_the_same_bytes_in_any_process(self, kind: str, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        rows = "".join(f"{step},{2.3 * 0.95**step + 0.2}\n" for step in range(60))
        (tmp_path / "run" / "metrics.csv").write_text(f"step,train_loss\n{rows}", encoding="utf-8")
        made = []
        for hash_seed in ("1", "2"):
            file = tmp_path / f"{hash_seed}.{kind}"
            line = [sys.executable, "-m", "logdoctor", "figure", str(tmp_path / "run"), "-o", str(file)]
            environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": hash_seed}
            subprocess.run(line, check=True, env={**environment, "HOME": str(tmp_path)})
            made.append(file.read_bytes())
        assert made[0] == made[1]
        assert made[0].startswith({"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}[kind])

    def test_settings_of_the_user_change_nothing(self) -> None:
        plain = saved(NAN_RUN, FOUND, "svg", FigureRequest())
        with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "text.color": "red"}):
            assert saved(NAN_RUN, FOUND, "svg", FigureRequest()) == plain
            assert matplotlib.rcParams["font.size"] == 30

    @pytest.mark.parametrize("width", [3.3, 6.9])
    def test_a_picture_has_the_width_that_was_asked_for(self, width: float) -> None:
        with Image.open(io.BytesIO(saved(NAN_RUN, FOUND, "png", FigureRequest(width)))) as picture:
            assert picture.width == round(width * 300)
        root = ET.fromstring(saved(NAN_RUN, FOUND, "svg", FigureRequest(width)))
        assert root.attrib["width"] == f"{width * 72:g}pt"

    def test_a_pdf_holds_its_fonts_as_outlines_that_journals_take(self) -> None:
        pdf = saved(NAN_RUN, FOUND, "pdf", FigureRequest())
        assert b"/Type3" not in pdf
        assert b"/CreationDate" not in pdf


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_no_name_acts_or_is_lost_in_a_figure(kind: str) -> None:
    """A name is no formula, no markup, and what the font lacks is escaped, without a warning."""
    names = [*ACTING, "$\\frac{a}{b}$", "$", "x" * 50_000]
    for at in range(0, len(names), 10):
        run = example_run(train_loss=decay(2.3, 0.5, 12))
        series = tuple(replace(run.series[0], name=name) for name in names[at : at + 10])
        finding = replace(FOUND, rule=names[at], spans=(Span(names[at], 3, 5),))
        picture = saved(replace(run, series=series), finding, kind, FigureRequest(series=series))
        if kind == "svg":
            root = ET.fromstring(picture)
            assert {re.sub("{.*}", "", one.tag) for one in root.iter()} <= {
                "svg", "metadata", "RDF", "Work", "type", "format", "creator", "Agent", "title", "defs", "style", "g",
                "path", "use", "clipPath", "rect",
            }  # fmt: skip
            assert not [one for one in root.iter() if any(key.startswith("on") for key in one.attrib)]


class TestCommand:
    """`logdoctor figure`."""

    @pytest.fixture
    def runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        for name in ("bad", "sound"):
            (tmp_path / "runs" / name).mkdir(parents=True)
            rows = "".join(
                f"{step},{'nan' if name == 'bad' and step > 59 else 2.3 * 0.95**step + 0.2},0.1\n"
                for step in range(100)
            )
            file = tmp_path / "runs" / name / "metrics.csv"
            file.write_text(f"step,train_loss,lr\n{rows}", encoding="utf-8")
        return tmp_path / "runs"

    @pytest.mark.parametrize("name", ["f.pdf", "f.svg", "f.PNG"])
    def test_it_writes_a_file(self, name: str, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["figure", "runs/bad", "-o", name]) == 0
        assert Path(name).stat().st_size > 5_000
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["runs/bad"], 2, "'-o'"),
            (["runs/bad", "-o", "f.gif"], 2, "the name must end in .pdf, .png, .svg"),
            (["runs/bad", "-o", "no/f.pdf"], 2, "no is not a folder"),
            (["runs/bad", "-o", "f.pdf", "--width", "1"], 2, "--width"),
            (["runs", "-o", "f.pdf"], 2, "runs holds 2 runs (bad, sound); name the folder or file of one"),
            (["absent", "-o", "f.pdf"], 3, "absent"),
            (["runs/bad", "-o", "f.pdf", "--series", "train_los"], 2, "did you mean 'train_loss'?"),
            (["runs/bad", "-o", "f.pdf", "--finding", "nan-los"], 2, "did you mean 'nan-loss'?"),
        ],
    )
    def test_what_cannot_be_done_is_one_line(
        self, arguments: list[str], code: int, said: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["figure", *arguments]) == code
        assert said in capsys.readouterr().err
        assert not Path("f.pdf").exists()

    @pytest.mark.parametrize("options", [["--finding", "none"], ["--finding", "nan-loss"], ["--series", "lr", "--log"]])
    def test_options(self, options: list[str], runs: Path) -> None:
        assert main(["figure", "runs/bad", "-o", "f.svg", *options]) == 0
        assert main(["figure", "runs/bad", "-o", "worst.svg"]) == 0
        same = Path("f.svg").read_bytes() == Path("worst.svg").read_bytes()
        assert same is (options[1] == "nan-loss")

    def test_a_run_without_losses_needs_a_series(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("log.csv").write_text("step,frobnication\n0,1.0\n1,0.5\n2,0.4\n", encoding="utf-8")
        assert main(["figure", "log.csv", "-o", "f.svg"]) == 2
        assert main(["figure", "log.csv", "-o", "f.svg", "--series", "frobnication"]) == 0
        assert main(["figure", "log.csv", "-o", "f.svg", "--series", "frobnication", "--log"]) == 0
