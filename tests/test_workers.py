"""Several processes: the same results as one, whatever happens to them, and none of them is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from logdoctor import workers
from logdoctor.diagnosis import analyze
from logdoctor.reports import json_v1
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.workers import Workers

SAMPLES = Path(__file__).parent.parent / "sample_logs"
HERE = os.getpid()

forking = pytest.mark.skipif(workers.START != "fork", reason="the processes must know what the test has laid here")


def squared(number: int) -> int:
    return number * number


def squared_unless_it_dies(number: int) -> int:
    if number == 7 and os.getpid() != HERE:
        os._exit(9)
    return number * number


def ending_at_once(*_: object) -> None:
    os._exit(1)


def squared_out_of_reach(number: int) -> object:
    return (lambda: number) if os.getpid() != HERE else number


def failing(number: int) -> int:
    raise ValueError(f"no square of {number}")


class TestResults:
    @pytest.mark.parametrize("jobs", [1, 2, 3, 50])
    def test_they_come_in_the_order_of_the_items(self, jobs: int) -> None:
        seconds = [float(number % 5) for number in range(20)]
        assert Workers(jobs).each("", squared, range(20), seconds) == [number * number for number in range(20)]

    def test_there_may_be_nothing_to_do(self) -> None:
        assert Workers(4).each("", squared, [], []) == Workers(None).each("", squared, [], []) == []

    def test_processes_that_begin_from_nothing_give_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "START", "spawn")
        assert Workers(2).each("", abs, [-1, 2, -3], [1.0] * 3) == [1, 2, 3]

    @forking
    @pytest.mark.parametrize("work", [squared_unless_it_dies, squared_out_of_reach])
    def test_what_a_process_cannot_hand_back_is_done_here(self, work: object) -> None:
        expected = [work(number) for number in range(20)]  # type: ignore[operator]
        assert Workers(2).each("", work, range(20), [1.0] * 20) == expected  # type: ignore[arg-type]

    @forking
    @pytest.mark.parametrize("allowed", [0, 1])
    def test_where_no_process_can_be_begun_the_work_is_done_here(
        self, allowed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fork = os.fork
        begun: list[int] = []

        def refuse() -> int:
            if len(begun) == allowed:
                raise BlockingIOError(11, "Resource temporarily unavailable")
            begun.append(1)
            return fork()

        monkeypatch.setattr(os, "fork", refuse)
        assert Workers(2).each("", squared, range(9), [1.0] * 9) == [number * number for number in range(9)]
        assert multiprocessing.active_children() == []

    def test_where_processes_end_at_once_the_work_is_done_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("logdoctor.workers._begin", ending_at_once)
        for _ in range(5):  # the first portions may be handed over before the end shows
            assert Workers(2).each("squares", squared, range(100), [1.0] * 100) == [n * n for n in range(100)]

    def test_where_there_are_no_locks_the_work_is_done_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise NotImplementedError("no sem_open")

        monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
        assert Workers(2).each("", squared, range(3), [1.0] * 3) == [0, 1, 4]

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_a_failure_is_the_same(self, jobs: int) -> None:
        with pytest.raises(ValueError, match="no square of"):
            Workers(jobs).each("", failing, range(4), [1.0] * 4)

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_it_tells_how_far_it_is(self, jobs: int) -> None:
        told: list[tuple[str, int, int]] = []
        Workers(jobs, lambda *now: told.append(now)).each("squaring", squared, range(6), [1.0] * 6)
        assert {(doing, of) for doing, _, of in told} == {("squaring", 6)}
        assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


@pytest.mark.parametrize("start", ["spawn", pytest.param("fork", marks=forking)])
def test_a_diagnosis_is_the_same_to_the_byte(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START", start)
    paths = [SAMPLES / name for name in ("divergence", "overfitting", "rate-sweep")]
    one, two = (Report(analyze(*paths, now=2e9, workers=Workers(jobs))) for jobs in (1, 2))
    assert json_v1.render(one, Page()) == json_v1.render(two, Page())
    assert json_v1.document(one.diagnosis)["runs"]


class TestHowMany:
    """Unasked, a process more must be worth it."""

    def test_little_work_is_done_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "processors", lambda: 64)
        assert Workers(None)._jobs([0.005] * 20) < 2
        assert Workers(None)._jobs([100.0]) == 1  # one file cannot be shared

    def test_much_work_takes_what_is_there_and_no_more_than_its_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "processors", lambda: 2)
        assert Workers(None)._jobs([1.0] * 100) == 2
        monkeypatch.setattr(workers, "processors", lambda: 64)
        assert Workers(None)._jobs([1.0] * 100) == workers.MOST_JOBS

    def test_what_is_asked_for_is_done(self) -> None:
        assert Workers(5)._jobs([0.001] * 9) == 5


def test_portions_are_alike_and_the_longest_come_first() -> None:
    seconds = [0.1] * 80 + [5.0, 3.0]
    portions = workers._chunks(seconds, 2)
    assert sorted(at for portion in portions for at in portion) == list(range(82))
    assert portions[:2] == [[80], [81]]
    assert max(sum(seconds[at] for at in portion) for portion in portions[2:]) < 2.0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestNothingIsLeft:
    """The processes end with the one that began them, whatever ends it."""

    @pytest.mark.parametrize(
        ("ending", "code", "send"),
        [
            pytest.param(signal.SIGINT, 130, os.kill, id="interrupted alone"),
            pytest.param(signal.SIGINT, 130, os.killpg, id="interrupted at the terminal"),
            pytest.param(signal.SIGTERM, -15, os.kill, id="terminated"),
            pytest.param(signal.SIGKILL, -9, os.kill, id="killed"),
        ],
    )
    def test_when_it_is_ended(self, ending: signal.Signals, code: int, send: Callable[[int, int], None]) -> None:
        script = (
            "import sys, time, logdoctor.sources.discovery.discover as discovery\n"
            "discovery._look = lambda one: time.sleep(60)\n"
            "from logdoctor.cli import main\n"
            f"sys.exit(main(['analyze', {str(SAMPLES)!r}, '-j', '2']))"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        begun = children_of(process.pid, at_least=2)
        send(process.pid, ending)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors.strip()) == (code, b"")
        waited = time.monotonic() + 10
        while any(Path(f"/proc/{one}").exists() for one in begun) and time.monotonic() < waited:
            time.sleep(0.05)
        assert [one for one in begun if Path(f"/proc/{one}").exists()] == []


def children_of(process: int, at_least: int) -> list[int]:
    """Wait until a process has begun others."""
    found: list[int] = []
    waited = time.monotonic() + 20
    while len(found) < at_least and time.monotonic() < waited:
        time.sleep(0.05)
        found = list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    time.sleep(0.3)  # until they are ready to be ended
    assert len(found) >= at_least
    return found
