"""Event files as their writers write them: the points must be those of TensorBoard's own reader, bit for bit."""

from __future__ import annotations

import json
import logging
import math
import random
import re
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorboardX
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from logdoctor.run.notice import DAMAGE, INTERPRETATION, RESTART
from logdoctor.sources.event_file import event_columns, event_contents
from logdoctor.sources.source import Head, Log
from logdoctor.sources.tfevents import TensorBoardEvents, read_log

Points = dict[str, list[tuple[int, bytes, bytes]]]
"""Step, value and wall time by tag; the numbers as bytes, so that NaN equals NaN and 0.0 is not -0.0."""

EVERYTHING = dict.fromkeys(("scalars", "tensors", "histograms", "images", "audio", "compressedHistograms"), 0)
VERSION = Event(wall_time=1.7e9, file_version="brain.Event:2")

logging.getLogger("tensorboard").setLevel(logging.ERROR)  # it warns of every purge


def bits(number: float) -> bytes:
    return b"nan" if math.isnan(number) else struct.pack("<d", number)


def points_of(log: Log) -> Points:
    found: Points = {}
    for series in log.series:
        assert series.wall_times is not None
        assert [str(one.dtype) for one in (series.steps, series.values, series.wall_times)] == ["int64"] + [
            "float64"
        ] * 2
        rows = zip(series.steps.tolist(), series.values.tolist(), series.wall_times.tolist(), strict=True)
        found[series.name] = [(step, bits(value), bits(time)) for step, value, time in rows]
    return found


def tensorboards_points(path: Path) -> Points:
    """Return what EventAccumulator reads: scalars, and tensors that are one real number."""
    accumulator = EventAccumulator(str(path), size_guidance=EVERYTHING).Reload()
    found: Points = {}
    for tag in accumulator.Tags()["scalars"]:
        events = accumulator.Scalars(tag)
        found[tag] = [(event.step, bits(event.value), bits(event.wall_time)) for event in events]
    for tag in accumulator.Tags()["tensors"]:
        for event in accumulator.Tensors(tag):
            number = make_ndarray(event.tensor_proto)
            if number.shape in ((), (1,)) and number.dtype.kind in "fiub":
                point = event.step, bits(float(number.reshape(()))), bits(event.wall_time)
                found.setdefault(tag, []).append(point)
    return {tag: points for tag, points in found.items() if points}


def written(folder: Path) -> Path:
    """Return the event file in a folder."""
    (path,) = (one for one in folder.iterdir() if "tfevents" in one.name)
    return path


def write(path: Path, events: Iterable[Event | bytes]) -> Path:
    """Write events, or payloads of any kind, as records."""
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event if isinstance(event, bytes) else event.SerializeToString())
    return path


def scalar(tag: str, value: float, step: int = 0, wall_time: float = 1.7e9) -> Event:
    return Event(wall_time=wall_time, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


def tensor(tag: str, proto: TensorProto, step: int = 0, **value: Any) -> Event:
    return Event(wall_time=1.7e9, step=step, summary=Summary(value=[Summary.Value(tag=tag, tensor=proto, **value)]))


def start(step: int) -> Event:
    return Event(wall_time=1.7e9, step=step, session_log=SessionLog(status=SessionLog.START))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.1700000000.host"


class TestWriters:
    """Files of the real writers, with all that they mix in."""

    def test_torch(self, tmp_path: Path) -> None:
        torch = pytest.importorskip("torch", reason="torch's own writer is tried where torch is installed")
        from torch.utils.tensorboard import SummaryWriter

        with SummaryWriter(tmp_path) as writer:
            writer.add_text("args", "words")
            writer.add_custom_scalars({"all": {"losses": ["Multiline", ["loss/.*"]]}})
            for step in range(300):
                writer.add_scalar("loss/train", 1 / (step + 1), step)
                writer.add_scalar("loss/no_step", step)
                writer.add_scalar("loss/new_style", math.sin(step), step, new_style=True)
                writer.add_scalar("loss/double", math.pi * step, step, new_style=True, double_precision=True)
                writer.add_scalar("loss/time", step, step, walltime=step / 7)
            for step, value in enumerate((math.nan, math.inf, -math.inf, -0.0, 1e-45, 3.4e38)):
                writer.add_scalar("loss/odd", value, 10**step - 5)
            writer.add_histogram("weights", np.arange(10.0), 1)
            writer.add_image("picture", np.zeros((3, 4, 4), np.uint8), 1)
            writer.add_pr_curve("curve", np.array([0, 1, 1]), np.array([0.1, 0.5, 0.9]), 1)
            writer.add_tensor("vector", torch.arange(3.0), 1)
            for dtype in (torch.float32, torch.float64, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool):
                writer.add_tensor(f"tensor/{dtype}", torch.ones((), dtype=dtype), 1)
                writer.add_tensor(f"tensor/{dtype}", torch.zeros(1, dtype=dtype), 2)
        log = read_log(written(tmp_path))
        assert points_of(log) == tensorboards_points(written(tmp_path))
        assert len(log.series) == 13
        assert not log.notices

    def test_torch_half_tensors_hold_the_bits_of_a_float32(self, tmp_path: Path) -> None:
        torch = pytest.importorskip("torch", reason="torch's own writer is tried where torch is installed")
        from torch.utils.tensorboard import SummaryWriter

        values = [0.0, 1.5, -2.25, 65504.0, math.inf]
        with SummaryWriter(tmp_path) as writer:
            for step, value in enumerate(values):
                for dtype in (torch.float16, torch.bfloat16):
                    writer.add_tensor(str(dtype), torch.tensor(value, dtype=dtype), step)
                writer.add_tensor("uint8", torch.tensor(step, dtype=torch.uint8), step)  # goes to uint32_val
        series = {one.name: one.values.tolist() for one in read_log(written(tmp_path)).series}
        rounded = [0.0, 1.5, -2.25, 65536.0, math.inf]
        assert series == {"torch.float16": values, "torch.bfloat16": rounded, "uint8": [0, 1, 2, 3, 4]}

    def test_torch_hparams(self, tmp_path: Path) -> None:
        pytest.importorskip("torch", reason="torch's own writer is tried where torch is installed")
        from torch.utils.tensorboard import SummaryWriter

        with SummaryWriter(tmp_path) as writer:
            writer.add_hparams({"lr": 3e-4, "optimizer": "adam", "amp": True, "layers": 4}, {"hparam/loss": 0.5})
        (folder,) = (one for one in tmp_path.iterdir() if one.is_dir())
        log = read_log(written(folder))
        assert points_of(log) == tensorboards_points(written(folder))
        assert log.hyperparameters == {"lr": 3e-4, "optimizer": "adam", "amp": 1.0, "layers": 4.0}

    def test_torch_purge_step(self, tmp_path: Path) -> None:
        pytest.importorskip("torch", reason="torch's own writer is tried where torch is installed")
        from torch.utils.tensorboard import SummaryWriter

        with SummaryWriter(tmp_path, purge_step=70) as writer:
            writer.add_scalar("loss", 0.5, 70)
        log = read_log(written(tmp_path))
        assert points_of(log) == tensorboards_points(written(tmp_path))
        assert log.starts_at == 70
        assert [notice.kind for notice in log.notices] == [RESTART]

    def test_tensorboardx(self, tmp_path: Path) -> None:
        with tensorboardX.SummaryWriter(str(tmp_path)) as writer:
            for step in range(50):
                writer.add_scalar("loss", 1 / (step + 1), step)
                writer.add_scalar("accuracy", step / 50, step, summary_description="of the training set")
            writer.add_text("note", "words")
            writer.add_histogram("weights", np.arange(10.0), 1)
        assert points_of(read_log(written(tmp_path))) == tensorboards_points(written(tmp_path))

    def test_tensorboards_own_writer_with_tensors_as_keras_writes_them(self, tmp_path: Path) -> None:
        writer = EventFileWriter(str(tmp_path))
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
        for step in range(600):
            for name in ("epoch_loss", "epoch_accuracy"):
                proto = TensorProto(dtype="DT_FLOAT", tensor_shape=TensorShapeProto())
                proto.tensor_content = struct.pack("<f", math.sin(step))
                # The plugin stands only in the first event of a tag.
                writer.add_event(tensor(name, proto, step, metadata=None if step else metadata))
        writer.close()
        log = read_log(written(tmp_path))
        assert points_of(log) == tensorboards_points(written(tmp_path))
        assert [len(series) for series in log.series] == [600, 600]


NUMPY_TYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "bool")


class TestTensors:
    """The ways in which a tensor can be a number."""

    @pytest.mark.parametrize("name", NUMPY_TYPES)
    def test_every_type(self, path: Path, name: str) -> None:
        for number in (0, 1, 100):
            array = np.array(number, name)
            content = TensorProto(dtype=make_tensor_proto(array).dtype, tensor_content=array.tobytes())
            write(path, [VERSION, tensor("list", make_tensor_proto(array)), tensor("content", content)])
            assert points_of(read_log(path)) == tensorboards_points(path)
            assert len(read_log(path).series) == 2

    @pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64"])
    def test_negative_integers(self, path: Path, name: str) -> None:
        array = np.array(-7, name)
        write(path, [VERSION, tensor("x", make_tensor_proto(array))])
        assert read_log(path).series[0].values.tolist() == [-7.0]

    @pytest.mark.parametrize(
        ("proto", "value"),
        [
            (TensorProto(dtype="DT_UINT32", uint32_val=[2**32 - 1]), 2.0**32 - 1),
            (TensorProto(dtype="DT_UINT64", uint64_val=[2**53]), 2.0**53),
            (TensorProto(dtype="DT_UINT64", tensor_content=b"\xff" * 8), 2.0**64),
            (TensorProto(dtype="DT_HALF", half_val=[0x3E00]), 1.5),
            (TensorProto(dtype="DT_BFLOAT16", half_val=[0x3FC0]), 1.5),
            (TensorProto(dtype="DT_BFLOAT16", tensor_content=b"\xc0\x3f"), 1.5),
            (TensorProto(dtype="DT_BOOL", bool_val=[True]), 1.0),
        ],
    )
    def test_what_tensorboard_itself_does_not_decode(self, path: Path, proto: TensorProto, value: float) -> None:
        write(path, [VERSION, tensor("x", proto)])
        assert read_log(path).series[0].values.tolist() == [value]

    def test_lists_need_not_be_packed(self, path: Path) -> None:
        packed = [TensorProto(dtype="DT_FLOAT", float_val=[0.5]), TensorProto(dtype="DT_INT64", int64_val=[300])]
        unpacked = [b"\x08\x01\x2d" + struct.pack("<f", 0.5), b"\x08\x09\x50\xac\x02"]
        for proto, wire in zip(packed, unpacked, strict=True):
            event = tensor("x", proto).SerializeToString()
            length, longer = len(proto.SerializeToString()), event.replace(proto.SerializeToString(), wire)
            delta = len(wire) - length
            shorter = bytearray(longer)
            for at in (longer.index(b"\x2a") + 1, longer.index(b"\x2a") + 3, longer.index(b"\x42") + 1):
                shorter[at] += delta
            write(path, [VERSION, bytes(shorter)])
            assert points_of(read_log(path)) == tensorboards_points(path) != {}

    def test_shapes(self, path: Path) -> None:
        shapes: dict[str, tuple[int, ...]] = {"()": (), "(1)": (1,), "(2)": (2,), "(0)": (0,), "(1,1)": (1, 1)}
        events = [tensor(name, make_tensor_proto(np.zeros(shape, np.float32))) for name, shape in shapes.items()]
        write(path, [VERSION, *events, tensor("text", make_tensor_proto("words"))])
        assert set(points_of(read_log(path))) == {"()", "(1)"}

    def test_the_oldest_writers_name_the_tag_elsewhere(self, path: Path) -> None:
        write(path, [VERSION, tensor("", make_tensor_proto(np.float32(2)), node_name="old")])
        assert points_of(read_log(path)) == tensorboards_points(path) != {}

    def test_a_claimed_shape_costs_nothing(self, path: Path) -> None:
        huge = TensorShapeProto(dim=[TensorShapeProto.Dim(size=2**40), TensorShapeProto.Dim(size=2**20)])
        bomb = TensorProto(dtype="DT_FLOAT", tensor_shape=huge, tensor_content=bytes(4))
        write(path, [VERSION, scalar("loss", 1), tensor("bomb", bomb), scalar("loss", 2, 1)])
        assert [(one.name, len(one)) for one in read_log(path).series] == [("loss", 2)]

    @pytest.mark.parametrize(
        "proto",
        [
            TensorProto(dtype="DT_FLOAT", tensor_content=bytes(3)),
            TensorProto(dtype="DT_FLOAT"),
            TensorProto(dtype="DT_INT32", int_val=[1, 2]),
        ],
    )
    def test_a_scalar_without_its_number_is_told(self, path: Path, proto: TensorProto) -> None:
        write(path, [VERSION, scalar("loss", 1), tensor("bad", proto), scalar("loss", 2, 1)])
        log = read_log(path)
        assert [(one.name, len(one)) for one in log.series] == [("loss", 2)]
        assert [notice.kind for notice in log.notices] == [DAMAGE]


class TestEvents:
    """Corners of the messages."""

    def test_absent_fields_are_zero(self, path: Path) -> None:
        write(path, [VERSION, Event(summary=Summary(value=[Summary.Value(tag="", simple_value=0.0)]))])
        assert points_of(read_log(path)) == tensorboards_points(path) == {"": [(0, bits(0.0), bits(0.0))]}

    @pytest.mark.parametrize("step", [-1, -(2**63), 2**63 - 1, 127, 128, 16384, 2**35])
    def test_steps_of_any_length(self, path: Path, step: int) -> None:
        write(path, [VERSION, scalar("loss", 1, step)])
        assert points_of(read_log(path)) == tensorboards_points(path)

    def test_several_values_in_one_event(self, path: Path) -> None:
        values = [Summary.Value(tag=tag, simple_value=i) for i, tag in enumerate(["a", "b", "a", "c"])]
        write(path, [VERSION, *(Event(step=step, summary=Summary(value=values)) for step in range(300))])
        assert points_of(read_log(path)) == tensorboards_points(path)

    def test_series_come_in_the_order_of_the_file(self, path: Path) -> None:
        write(path, [VERSION, *(scalar(tag, 1, step) for step in range(3) for tag in ("z", "mm", "a"))])
        assert [one.name for one in read_log(path).series] == ["z", "mm", "a"]

    def test_a_tag_that_is_no_utf8(self, path: Path) -> None:
        payload = scalar("loss", 1).SerializeToString().replace(b"loss", b"l\xffss")
        write(path, [VERSION, payload, scalar("loss", 2)])
        assert [one.name for one in read_log(path).series] == ["l\\xffss", "loss"]

    def test_a_tag_of_a_megabyte(self, path: Path) -> None:
        write(path, [VERSION, scalar("loss", 1), scalar("x" * 2**20, 2), scalar("loss", 3, 1)])
        assert points_of(read_log(path)) == tensorboards_points(path)

    def test_unknown_groups_and_deep_nesting_are_passed_over(self, path: Path) -> None:
        groups = b"\xa3\x06" * 5000 + b"\xa4\x06" * 5000  # field 100, START_GROUP and END_GROUP
        nested = b""
        for _ in range(2000):
            nested = (
                b"\x7a" + bytes([len(nested) & 0x7F | 0x80, len(nested) >> 7]) + nested
                if len(nested) < 16000
                else nested
            )
        write(path, [VERSION, scalar("loss", 1).SerializeToString() + groups + nested])
        assert len(read_log(path).series[0]) == 1

    @pytest.mark.parametrize(
        "payload",
        [
            b"\x0a",
            b"\xff" * 20,
            b"\x09\x00",
            b"\x00\x00",
            b"\xa3\x06",
            b"\xa4\x06",
            b"\x2a\x05\x0a\x7f\x0a\x01x",
            b"\x0e",
        ],
    )
    def test_right_checksums_around_no_event(self, path: Path, payload: bytes) -> None:
        write(path, [VERSION, scalar("loss", 1), payload, scalar("loss", 2, 1)])
        log = read_log(path)
        (notice,) = log.notices
        assert len(log.series[0]) == 2
        assert notice.kind == DAMAGE
        assert notice.byte_start is not None
        assert notice.byte_end == notice.byte_start + 16 + len(payload)

    def test_a_value_of_the_wrong_wire_type_is_an_unknown_field(self, path: Path) -> None:
        payload = scalar("loss", 1).SerializeToString().replace(b"\x15" + struct.pack("<f", 1), b"\x10\x80\x80\x80\x01")
        write(path, [VERSION, payload, scalar("loss", 2, 1)])
        assert points_of(read_log(path)) == tensorboards_points(path)

    def test_more_layouts_than_are_tried_at_once(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        events = [scalar("x" * (i % 5), i, 10 ** (i % 7)) for i in range(400)]
        write(path, [VERSION, *events])
        expected = tensorboards_points(path)
        for most in (0, 1, 64):
            monkeypatch.setattr(event_columns, "MOST_LAYOUTS", most)
            assert points_of(read_log(path)) == expected

    @pytest.mark.parametrize("spread", [0x9E3779B97F4A7C15, 0])
    def test_tags_of_one_length_in_any_order(self, path: Path, monkeypatch: pytest.MonkeyPatch, spread: int) -> None:
        """With a spread of 0 the hashes of all tags collide."""
        monkeypatch.setattr(event_columns, "_SPREAD", np.uint64(spread))
        tags = np.random.default_rng(0).integers(0, 50, 1000).tolist()
        write(path, [VERSION, *(scalar(f"layer/{tag:02}/norm", step, step) for step, tag in enumerate(tags))])
        assert points_of(read_log(path)) == tensorboards_points(path)


NAMES = st.sampled_from(["loss", "lr", "loss/train", "x" * 40, "", "détail", "accu"])
STEPS = st.one_of(st.integers(0, 300), st.integers(-(2**63), 2**63 - 1))
FLOATS = st.floats(width=32)
DOUBLES = st.floats()
TENSORS = st.one_of(
    st.builds(lambda value: TensorProto(dtype="DT_FLOAT", float_val=[value]), FLOATS),
    st.builds(lambda value: TensorProto(dtype="DT_DOUBLE", double_val=[value]), DOUBLES),
    st.builds(lambda value: TensorProto(dtype="DT_INT64", int64_val=[value]), st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda value: TensorProto(dtype="DT_DOUBLE", tensor_content=struct.pack("<d", value)), DOUBLES),
    st.builds(lambda values: make_tensor_proto(np.array(values, np.float32)), st.lists(FLOATS, max_size=3)),
    st.just(make_tensor_proto("words")),
)
VALUES = st.one_of(
    st.builds(lambda tag, value: Summary.Value(tag=tag, simple_value=value), NAMES, FLOATS),
    # EventAccumulator keeps scalars and tensors apart, so that their order in one tag could not be compared.
    st.builds(lambda tag, value: Summary.Value(tag=f"tensor/{tag}", tensor=value), NAMES, TENSORS),
    st.builds(lambda tag: Summary.Value(tag=tag, image=Summary.Image(height=1)), NAMES),
    st.builds(lambda tag: Summary.Value(tag=tag, metadata=SummaryMetadata(display_name=tag)), NAMES),
)
EVENTS = st.one_of(
    st.builds(
        lambda step, time, values: Event(step=step, wall_time=time, summary=Summary(value=values)),
        STEPS,
        st.floats(allow_nan=False),
        st.lists(VALUES, max_size=3),
    ),
    st.just(Event(graph_def=b"graph")),
    st.just(VERSION),
)


class TestProperties:
    """Whatever is written, TensorBoard and logdoctor read the same."""

    @settings(max_examples=300, deadline=None)
    @given(events=st.lists(EVENTS, max_size=30), copies=st.integers(1, 3))
    def test_any_events(self, tmp_path_factory: pytest.TempPathFactory, events: list[Event], copies: int) -> None:
        path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1"
        write(path, [VERSION, *events * copies])
        assert points_of(read_log(path)) == tensorboards_points(path)

    @settings(max_examples=200, deadline=None)
    @given(pieces=st.lists(st.lists(EVENTS, min_size=1, max_size=3), max_size=10))
    def test_any_message_that_is_merged_of_several(
        self, tmp_path_factory: pytest.TempPathFactory, pieces: list[list[Event]]
    ) -> None:
        path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1"
        write(path, [VERSION, *(b"".join(one.SerializeToString() for one in several) for several in pieces)])
        assert points_of(read_log(path)) == tensorboards_points(path)

    @settings(max_examples=200, deadline=None)
    @given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 20), NAMES), max_size=30))
    def test_any_restarts(self, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int, str]]) -> None:
        path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1"
        write(path, [VERSION, *(start(step) if starts else scalar(tag, 1, step) for starts, step, tag in steps)])
        log = read_log(path)
        assert points_of(log) == tensorboards_points(path)
        assert log.starts_at == min((step for starts, step, _ in steps if starts), default=None)


def voided(log: Log) -> int:
    """Count the points that restarts void, by their notices."""
    return sum(int(found[1]) for one in log.notices if (found := re.search(r"(\d+) points", one.message)))


def restarts_in(events: Sequence[Event]) -> int:
    return sum(event.session_log.status == SessionLog.START for event in events)


class TestRestarts:
    """`SessionLog.START` voids what was logged from its step on."""

    def test_it_is_told_with_its_place(self, path: Path) -> None:
        before = [scalar(tag, 1, step) for step in range(10) for tag in ("loss", "lr")]
        write(path, [VERSION, *before])
        size = path.stat().st_size
        write(path, [VERSION, *before, start(7), scalar("loss", 2, 7)])
        log = read_log(path)
        (notice,) = log.notices
        assert points_of(log) == tensorboards_points(path)
        assert (notice.kind, notice.byte_start, log.starts_at) == (RESTART, size, 7)
        assert "step 7" in notice.message
        assert "6 points of 2 series" in notice.message

    def test_the_start_of_a_fresh_run_is_no_restart(self, path: Path) -> None:
        write(path, [VERSION, start(0), scalar("loss", 1)])
        log = read_log(path)
        assert not log.notices
        assert log.starts_at == 0

    def test_scalar_tensors_stay_as_they_do_in_the_accumulator(self, path: Path) -> None:
        numbers = [tensor("loss", make_tensor_proto(np.float32(step)), step) for step in range(5)]
        write(path, [VERSION, start(0), *numbers, start(3), tensor("loss", make_tensor_proto(np.float32(9.0)), 3)])
        steps = [event.step for event in EventAccumulator(str(path), EVERYTHING).Reload().Tensors("loss")]
        (series,) = read_log(path).series
        assert series.steps.tolist() == steps == [0, 1, 2, 3, 4, 3]
        assert series.curve.steps.tolist() == [0, 1, 2, 3]

    def test_a_series_with_no_point_left_is_gone(self, path: Path) -> None:
        write(path, [VERSION, scalar("loss", 1, 5), start(0), scalar("lr", 1)])
        assert [one.name for one in read_log(path).series] == ["lr"]

    def test_other_states_of_a_session_void_nothing(self, path: Path) -> None:
        stop = Event(step=0, session_log=SessionLog(status=SessionLog.STOP))
        write(path, [VERSION, scalar("loss", 1, 5), stop])
        assert points_of(read_log(path)) == tensorboards_points(path) != {}

    def test_a_thousand_restarts_are_told_in_few_notices(self, path: Path) -> None:
        write(path, [VERSION, *(one for step in range(1000) for one in (scalar("loss", 1, 1000), start(1000)))])
        assert len(read_log(path).notices) == 51

    @pytest.mark.parametrize("block_bytes", [100, 400, 1 << 20])
    def test_it_is_the_same_however_few_restarts_are_held(
        self, path: Path, block_bytes: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rng = random.Random(3)
        tags = ("a", "b", "c")
        events = [
            start(rng.randrange(20)) if rng.random() < 0.2 else scalar(rng.choice(tags), i, i % 40) for i in range(400)
        ]
        write(path, [VERSION, *events])
        whole = read_log(path, block_bytes)
        monkeypatch.setattr(event_contents, "MOST_RESTARTS", 2)
        few = read_log(path, block_bytes)
        assert points_of(few) == points_of(whole) == tensorboards_points(path)
        assert (few.starts_at, len(few.notices)) == (whole.starts_at, len(whole.notices))
        assert voided(few) == voided(whole) == 400 - sum(map(len, whole.series)) - restarts_in(events)

    def test_restarts_that_are_let_go_are_counted(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(event_contents, "MOST_RESTARTS", 7)
        write(path, [VERSION, *(one for step in range(200) for one in (scalar("loss", 1, 1000), start(1000)))])
        *_, last = read_log(path, 500).notices
        assert "150 more times, which voids 150 points" in last.message


class TestLimits:
    """What is beyond a limit is counted in a notice."""

    def test_tags(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(event_contents, "MOST_TAGS", 3)
        write(path, [VERSION, *(scalar(f"tag {i % 5}", i, i) for i in range(20))])
        log = read_log(path)
        assert [one.name for one in log.series] == ["tag 0", "tag 1", "tag 2"]
        assert "8 values were not used" in log.notices[0].message

    def test_bytes_of_tags(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(event_contents, "MOST_TAG_BYTES", 100)
        write(path, [VERSION, scalar("loss", 1), scalar("x" * 100, 1), scalar("lr", 1)])
        log = read_log(path)
        assert [one.name for one in log.series] == ["loss", "lr"]
        assert "1 values were not used" in log.notices[0].message


class TestHyperparameters:
    """Settings of the run that stand in the event file."""

    def test_hparams_plugin(self, path: Path) -> None:
        summary = hparams_pb({"lr": 0.1, "name": "adam", "amp": True, "layers": 3})
        write(path, [VERSION, Event(summary=summary), scalar("loss", 1)])
        log = read_log(path)
        assert log.hyperparameters == {"lr": 0.1, "name": "adam", "amp": True, "layers": 3.0}
        assert [one.name for one in log.series] == ["loss"]

    def test_tensorboardx_keeps_booleans(self, tmp_path: Path) -> None:
        with tensorboardX.SummaryWriter(str(tmp_path)) as writer:
            writer.add_hparams({"lr": 0.1, "amp": False}, {"loss": 1.0}, name="hp")
        assert read_log(written(tmp_path / "hp")).hyperparameters == {"lr": 0.1, "amp": False}

    def test_arguments_that_transformers_logs(self, path: Path) -> None:
        args = json.dumps({"learning_rate": 5e-5, "fp16": True, "run_name": None, "optim_args": {"a": 1}, "tags": [1]})
        events = [
            tensor("args/text_summary", make_tensor_proto(args)),
            tensor("model_config/text_summary", make_tensor_proto(json.dumps({"hidden_size": 768}))),
            tensor("other/text_summary", make_tensor_proto(json.dumps({"no": 1}))),
        ]
        expected = {"learning_rate": 5e-5, "fp16": True, "run_name": None, "model_config.hidden_size": 768}
        assert read_log(write(path, [VERSION, *events])).hyperparameters == expected

    def test_a_dictionary_of_ones_own(self, tmp_path: Path) -> None:
        with tensorboardX.SummaryWriter(str(tmp_path)) as writer:
            writer.add_text("config", json.dumps({"lr": 0.5, "max_grad_norm": 1e-3, "optimizer": "sgd"}))
        assert read_log(written(tmp_path)).hyperparameters == {"lr": 0.5, "max_grad_norm": 1e-3, "optimizer": "sgd"}

    def test_the_table_that_cleanrl_logs(self, path: Path) -> None:
        rows = {"env_id": "CartPole-v1", "gamma": 0.99, "anneal_lr": True, "target_kl": None, "note": "a|b"}
        table = "|param|value|\n|-|-|\n" + "\n".join(f"|{name}|{value}|" for name, value in rows.items())
        log = read_log(write(path, [VERSION, tensor("hyperparameters/text_summary", make_tensor_proto(table))]))
        assert log.hyperparameters == rows

    @pytest.mark.parametrize("text", ["|a|b|", "|a|b|\n|c|d|\n|e|f|", "|a|\n|-|\n|e|", "||\n||\n||"])
    def test_another_table_holds_none(self, path: Path, text: str) -> None:
        log = read_log(write(path, [VERSION, tensor("config/text_summary", make_tensor_proto(text))]))
        assert dict(log.hyperparameters) == {}

    @pytest.mark.parametrize("text", ["no json", "[1]", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", "\xff"])
    def test_a_text_that_is_no_json_holds_none(self, path: Path, text: str) -> None:
        log = read_log(write(path, [VERSION, tensor("args/text_summary", make_tensor_proto(text))]))
        assert (dict(log.hyperparameters), log.notices) == ({}, ())

    def test_broken_plugin_content_holds_none(self, path: Path) -> None:
        plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=b"\x1a\x7f")
        value = Summary.Value(tag="_hparams_/session_start_info", metadata=SummaryMetadata(plugin_data=plugin))
        write(path, [VERSION, Event(summary=Summary(value=[value])), scalar("loss", 1)])
        assert read_log(path).hyperparameters == {}

    def test_the_last_word_counts(self, path: Path) -> None:
        texts = [make_tensor_proto(json.dumps({"lr": lr, "pad": "x" * (3 - i)})) for i, lr in enumerate((1, 2, 3))]
        log = read_log(write(path, [VERSION, *(tensor("args/text_summary", text) for text in texts)]))
        assert log.hyperparameters == {"lr": 3, "pad": "x"}


class TestRecognition:
    """What is claimed as an event file."""

    @pytest.mark.parametrize(
        ("name", "start", "claimed"),
        [
            ("events.out.tfevents.1", b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", True),
            ("events.out.tfevents.1.host.v2", b"", True),
            ("events.out.tfevents.1", bytes(100), True),
            ("events.out.tfevents.1", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", True),
            ("events.out.tfevents.1", b"\x1f\x8b\x08\x00", True),
            ("events.out.tfevents.1", b"\n<!DOCTYPE html><html>", True),
            ("events.out.tfevents.1.profile-empty", b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", False),
            ("read_tfevents.py", b"import tensorflow\n", False),
            ("tfevents.csv", b"Wall time,Step,Value\n", False),
            ("model.pt", b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", False),
        ],
    )
    def test_names_and_beginnings(self, name: str, start: bytes, claimed: bool) -> None:
        assert TensorBoardEvents().recognizes(Head(Path(name), len(start), start)) is claimed

    @pytest.mark.parametrize(
        ("content", "kind", "words"),
        [
            (b"", INTERPRETATION, "empty"),
            (b"version https://git-lfs.github.com/spec/v1\n", DAMAGE, "git lfs pull"),
            (b"\x1f\x8b\x08\x00", DAMAGE, "gzip"),
            (b"<!doctype html>", DAMAGE, "web page"),
        ],
    )
    def test_what_stands_in_its_place_is_named(self, path: Path, content: bytes, kind: str, words: str) -> None:
        path.write_bytes(content)
        (log,) = TensorBoardEvents().read(path)
        (notice,) = log.notices
        assert notice.kind == kind
        assert words in notice.message
        assert not log.series

    def test_a_run_that_logged_nothing_is_sound(self, path: Path) -> None:
        log = read_log(write(path, [VERSION]))
        assert (log.series, [notice.kind for notice in log.notices]) == ((), [INTERPRETATION])

    def test_a_first_record_as_long_as_the_code_of_an_angle_bracket(self, path: Path) -> None:
        write(path, [Event(wall_time=1.0, file_version="brain.Event:2" + " " * 36), scalar("loss", 1)])
        assert path.read_bytes().startswith(b"<")
        assert len(read_log(path).series) == 1

    def test_a_file_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            read_log(path)
