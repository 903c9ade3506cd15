"""Every source has samples of its format, which it carries or, for text logs, which lie beside: here they are read."""

from __future__ import annotations

import importlib
import math
import pkgutil
from pathlib import Path

import pytest
from tests.sources.text_samples import SAMPLES as TEXT_SAMPLES

import logdoctor.sources
from logdoctor.sources.source import HEAD_BYTES, Head, Sample, Source
from logdoctor.sources.text_log import TextLog


def sources() -> list[Source]:
    """Return one of each source that a module of the package defines."""
    modules = [
        importlib.import_module(f"{logdoctor.sources.__name__}.{module.name}")
        for module in pkgutil.iter_modules(logdoctor.sources.__path__)
    ]
    return [
        one()
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Source) and one is not Source and one.__module__ == module.__name__
    ]


def samples_of(source: Source) -> tuple[Sample, ...]:
    """Return the samples of a source: loops print in too many ways for the file of one."""
    return TEXT_SAMPLES if isinstance(source, TextLog) else source.samples


def head_of(path: Path) -> Head:
    content = path.read_bytes()
    return Head(path, len(content), content[:HEAD_BYTES])


def write(sample: Sample, folder: Path) -> Path:
    path = folder / sample.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = sample.content.encode() if isinstance(sample.content, str) else sample.content
    path.write_bytes(content)
    return path


CASES = [
    pytest.param(source, sample, id=f"{source.name}: {sample.title}")
    for source in sources()
    for sample in samples_of(source)
]


@pytest.mark.parametrize(("source", "sample"), CASES)
def test_every_source_reads_its_own_samples(source: Source, sample: Sample, tmp_path: Path) -> None:
    path = write(sample, tmp_path)
    assert any(path.match(pattern) for pattern in source.patterns)
    assert source.recognizes(head_of(path)) == (sample.expected is not None)
    if sample.expected is None:
        return
    points: dict[str, list[tuple[int, float]]] = {}
    for log in source.read(path):
        for series in log.series:
            points.setdefault(series.name, []).extend(zip(series.steps.tolist(), series.values.tolist(), strict=True))
    assert points.keys() == sample.expected.keys()
    for name, expected in sample.expected.items():
        assert [step for step, _ in points[name]] == [step for step, _ in expected], name
        for (_, value), (_, wanted) in zip(points[name], expected, strict=True):
            assert value == wanted or (math.isnan(value) and math.isnan(wanted)), name


@pytest.mark.parametrize(("source", "sample"), CASES)
def test_the_source_is_asked_before_more_general_ones(source: Source, sample: Sample, tmp_path: Path) -> None:
    if sample.expected is None:
        return
    path = write(sample, tmp_path)
    ordered = sorted(sources(), key=lambda one: (-one.precedence, one.name))
    fitting = (one for one in ordered if any(path.match(pattern) for pattern in one.patterns))
    assert next(one.name for one in fitting if one.recognizes(head_of(path))) == source.name


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.name)
def test_empty_files_are_left_alone(source: Source, tmp_path: Path) -> None:
    for content in (b"", b"\n", b"\0" * 100, b"\xff\xfe"):
        path = tmp_path / "empty.bin"
        path.write_bytes(content)
        assert not source.recognizes(head_of(path))
