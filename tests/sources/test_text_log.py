"""Text logs: what frameworks really printed, what any loop may print, and lines made to hold a reader up."""

from __future__ import annotations

import ast
import math
import os
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.sources import read_back
from tests.sources.read_back import points, write

from logdoctor.errors import UnreadableLogError
from logdoctor.reading import load
from logdoctor.run import Axis, Run, State
from logdoctor.run.notice import DAMAGE
from logdoctor.run.roles import LearningRate, TrainLoss, ValLoss
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.forms.grammar import parse
from logdoctor.sources.console.forms.masking import MASK, mask
from logdoctor.sources.source import HEAD_BYTES
from logdoctor.sources.text_log import TextLog

PRINTED = Path(__file__).parent / "fixtures" / "text"

read = partial(read_back.log_of, TextLog())
recognized = partial(read_back.recognized, TextLog())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text")


def run_of(path: Path) -> Run:
    (run,) = load(path)
    return run


def steps(count: int) -> str:
    return "".join(f"step {i}: loss {2 - i / 100:.2f}\n" for i in range(count))


# What was really printed


def test_trainer_of_hugging_face() -> None:
    log = read(PRINTED / "hf_trainer.log")
    found = points(log)
    assert [step for step, _ in found["loss"]] == list(range(5, 61, 5))
    assert [step for step, _ in found["eval_loss"]] == [20, 40, 60]
    assert found["loss"][0] == (5, 5.217)
    assert "train_loss" not in found  # the average of the run
    assert log.finished


@pytest.mark.parametrize("name", ["keras_bar.log", "keras_lines.log"])
def test_keras_agrees_with_its_own_history(name: str) -> None:
    text = (PRINTED / name).read_text(encoding="utf-8")
    history = ast.literal_eval(text[text.index("HISTORY ") + 8 :].splitlines()[0])
    found = points(read(PRINTED / name))
    assert found.keys() == history.keys()
    for metric, values in history.items():
        assert [step for step, _ in found[metric]] == [1, 2, 3, 4]
        assert [value for _, value in found[metric]] == pytest.approx(values, abs=5e-5)


# What any loop may print

NAMES = ("val_loss", "train/loss", "acc", "grad_norm", "Learning Rate")
STYLES = (
    ("step {step}: ", "{name}: {value}", ", "),
    ("Step [{step}/1000] ", "{name} = {value}", " | "),
    ("[2024-01-01 10:00:00,123] INFO iter={step} ", "{name}={value}", "  "),
    ("2024-01-01T10:00:00.123Z\tINFO trainer: [step={step}] ", "{name}={value}", " "),
    ("iteration {step:>6}/  1000 | ", "{name}: {value}", " | "),
    ("{{'step': {step}, ", "'{name}': {value}", ", "),
)
numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.4f}"),
    st.floats(1e-12, 1e6).map(lambda x: f"{x:.3e}"),
    st.integers(-1000, 1000).map(str),
    st.sampled_from(["inf", "-inf"]),  # NaN in two columns by turns means "not logged", see test_table.py
)


@given(
    style=st.sampled_from(STYLES),
    names=st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(lambda names: ["loss", *names]),
    data=st.data(),
)
def test_any_pairs_of_names_and_numbers_read_back(
    folder: Path, style: tuple[str, str, str], names: list[str], data: st.DataObject
) -> None:
    begin, pair, between = style
    rows = [data.draw(st.tuples(*[numbers for _ in names])) for _ in range(4)]
    assume(len({tuple(map(float, column)) for column in zip(*rows, strict=True)}) == len(names))  # a copy counts once
    lines = [
        begin.format(step=10 * i) + between.join(pair.format(name=n, value=v) for n, v in zip(names, row, strict=True))
        for i, row in enumerate(rows)
    ]
    ends = "}" if begin.startswith("{{") else ""
    found = points(read(write(folder / "any.log", "".join(f"{line}{ends}\n" for line in lines))))
    for k, name in enumerate(names):
        wanted = [(10 * i, float(row[k])) for i, row in enumerate(rows)]
        assert len(found[name]) == len(wanted)
        for (step, value), (at, logged) in zip(found[name], wanted, strict=True):
            assert step == at
            assert value == logged or (math.isnan(value) and math.isnan(logged))


@given(st.text())
def test_masking_loses_nothing(text: str) -> None:
    text = text.replace(MASK, "")
    masked = mask(text)
    rest = map(masked.numbers.text, range(len(masked.numbers)))
    assert "".join(next(rest) if one == MASK else one for one in "\n".join(masked.shapes)) == text
    assert next(rest, None) is None


@given(st.text(alphabet="loss:=,|[](){}/-+ \0naifep\t'\"%@#.x", max_size=60))
def test_any_line_can_be_parsed(shape: str) -> None:
    form = parse(shape)
    for field in form.fields if form else ():
        assert -1 <= field.slot < shape.count(MASK)


def test_a_number_belongs_to_the_key_before_it() -> None:
    form = parse(mask("epoch 3 | Train Loss: 0.5 | lr 1e-3 | 12.5 it/s | val acc: 81.2% (best 82)").shapes[0])
    assert form is not None
    told = [(field.kind, field.name) for field in form.fields]
    assert told == [
        (Kind.COUNTER, "epoch"), (Kind.VALUE, "Train Loss"), (Kind.VALUE, "lr"), (Kind.VALUE, "val acc"),
    ]  # fmt: skip


def test_a_sentence_of_a_tutorial_names_the_quantity_and_the_data(folder: Path) -> None:
    text = "".join(
        f"Validation loss after epoch {i}: {2 / i:.2f}, accuracy of the model on the validation images: {50 + i}.00 %\n"
        for i in range(1, 6)
    )
    assert points(read(write(folder / "sentence.log", text)))["validation accuracy"] == [
        (i, 50 + i) for i in range(1, 6)
    ]


def test_a_number_in_brackets_counts_where_named_values_follow(folder: Path) -> None:
    """Whatever they are: the discriminator's answers are no losses."""
    text = "".join(f"[{10 * i}] D_loss: {i / 10:.2f} G_loss: -0.5 D(x): 0.7\n" for i in range(5))
    assert points(read(write(folder / "brackets.log", text)))["D_loss"] == [(10 * i, i / 10) for i in range(5)]


def test_nan_is_a_value_and_not_applicable_is_a_gap(folder: Path) -> None:
    rows = [("1.5", "n/a"), ("nan", "2.5"), ("inf", "n/a"), ("1.0", "2.0")]
    text = "".join(f"step {i} loss train: {v}, val: {w}\n" for i, (v, w) in enumerate(rows))
    found = points(read(write(folder / "gaps.log", text)))
    assert found["loss val"] == [(1, 2.5), (3, 2.0)]
    values = [value for _, value in found["loss train"]]
    assert math.isnan(values.pop(1))
    assert values == [1.5, math.inf, 1.0]


def test_ranks_and_handlers_that_repeat_a_line_count_once(folder: Path) -> None:
    lines = [f"[rank{r}]: step {i}: loss {2 - i / 10 + r / 100:.2f}\n" for i in range(5) for r in (3, 0, 1, 2)]
    assert points(read(write(folder / "ranks.log", "".join(lines)))) == {"loss": [(i, 2 - i / 10) for i in range(5)]}
    twice = [line for i in range(5) for line in [f"INFO:root:step {i}: loss {2 - i / 10:.1f}\n"] * 2]
    assert points(read(write(folder / "twice.log", "".join(twice)))) == {"loss": [(i, 2 - i / 10) for i in range(5)]}


@pytest.mark.parametrize(
    "before",
    [
        "[2024-01-02 03:04:05,123][INFO][trainer.py:120] ",
        "[INFO|trainer.py:2389] 2024-01-02 03:04:05,123 >> ",
        "2024-01-02 03:04:05.123 | INFO     | __main__:train:88 - ",
        "I0102 03:04:05.123456 12345 solver.cpp:228] ",
        "worker src/loop.py:77 ",
        "2021-10-16 00:13:20,628 - train.py[line:136] - INFO: | ",
        "    2024-01-02 03:04:05,123 - INFO - ",
    ],
)
def test_where_a_line_was_printed_is_no_value(folder: Path, before: str) -> None:
    text = "".join(f"{before}step {i} loss {2 - i / 10}\n" for i in range(10))
    assert points(read(write(folder / "placed.log", text))) == {"loss": [(i, 2 - i / 10) for i in range(10)]}


@pytest.mark.parametrize(
    "before",
    [
        "2024-01-02 03:04:05,123 INFO trainer: ", "2024-01-02 03:04:05,123 INFO:__main__:", "[INFO] src.engine: ",
        "INFO - Trainer - ", "2024-01-02 03:04:05,123 | INFO | root | ", "INFO [my_runner] ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", ["[{i}] ", "[{i}/10] "])
def test_a_logger_stands_before_the_position(folder: Path, before: str, step: str) -> None:
    text = "".join(f"{before}{step.format(i=i)}loss={2 - i / 10}\n" for i in range(10))
    assert points(read(write(folder / "logger.log", text))) == {"loss": [(i, 2 - i / 10) for i in range(10)]}


def test_a_quantity_before_a_number_in_brackets_is_no_logger(folder: Path) -> None:
    text = "".join(f"INFO lr: [0.5] step {i} loss={2 - i / 10}\n" for i in range(10))
    found = points(read(write(folder / "rate.log", text)))
    assert found["loss"] == [(i, 2 - i / 10) for i in range(10)]
    assert found["lr"] == [(i, 0.5) for i in range(10)]


def test_several_runs_in_one_log_keep_both_branches(folder: Path) -> None:
    log = read(write(folder / "sweep.log", f"== run a\n{steps(20)}final loss 1.8\n== run b\n{steps(10)}"))
    (loss,) = log.series
    assert loss.rewinds.tolist() == [20]
    assert len(loss) == 30
    assert log.hyperparameters == {}


def test_a_log_that_goes_back_a_little_keeps_its_settings(folder: Path) -> None:
    """An evaluation names the step that it judges, when training has gone on; a run goes on from a checkpoint."""
    head = "Namespace(lr=0.001, dropout=0.9)\n"
    lines = "{{'loss': {}, 'step': {}}}\n{{'eval_loss': 2.0, 'step': {}}}\n"
    late = [lines.format(2 - i / 100, 7 * i, 7 * i - 1) for i in range(2, 30)]
    again = steps(20) + "".join(f"step {i} loss {2 - i / 10}\n" for i in range(12, 25))
    for text in ("".join(late), again):
        log = read(write(folder / "back.log", head + text))
        assert log.hyperparameters == {"lr": 0.001, "dropout": 0.9}


def test_results_after_the_last_step_are_no_points(folder: Path) -> None:
    text = steps(20) + "".join(f"ablation k:{k} val_loss:{2 + k}\n" for k in range(5))
    assert points(read(write(folder / "after.log", text))).keys() == {"loss"}


def test_a_log_behind_its_own_source_code(folder: Path) -> None:
    source = Path(ast.__file__).read_text(encoding="utf-8")
    text = source * (1 + 2 * HEAD_BYTES // len(source)) + "\n" + steps(100)
    path = write(folder / "code.txt", text)
    assert recognized(path)
    assert points(read(path)).keys() == {"loss"}
    assert not recognized(write(folder / "only_code.txt", source))


def test_utf_16_and_old_line_ends(folder: Path) -> None:
    wanted = points(read(write(folder / "plain.log", steps(10))))
    assert points(read(write(folder / "windows.log", steps(10).replace("\n", "\r\n")))) == wanted
    assert points(read(write(folder / "mac.log", steps(10).replace("\n", "\r")))) == wanted
    assert points(read(write(folder / "powershell.log", steps(10).encode("utf-16")))) == wanted


# The run that it makes


def test_settings_before_the_first_step(folder: Path) -> None:
    text = "Namespace(lr=0.003, batch_size=64, optimizer='adamw', data='/tmp/x')\nseed: 7\n" + steps(10) + "lr: 5\n"
    settings = {"lr": 0.003, "batch_size": 64, "optimizer": "adamw", "seed": 7}
    assert read(write(folder / "settings.log", text)).hyperparameters == settings
    assert read(write(folder / "code.log", "import torch\n" + text)).hyperparameters == {}


def test_a_line_that_lists_settings_tells_numbers_and_switches_of_any_name(folder: Path) -> None:
    args = "Namespace(lr=0.003, temperature=50.0, ema=True, hidden_width=8, name='run-7', start_time=1712345678.25)\n"
    printed = "{'lr': 0.003, 'epochs': 9, 'seed': 1, 'ema': True, 'save': 'runs/7', 'gpu': 0}\n"
    found = read(write(folder / "args.log", args + steps(10))).hyperparameters
    assert found == {"lr": 0.003, "temperature": 50.0, "ema": True, "hidden_width": 8}
    found = read(write(folder / "printed.log", printed + steps(10))).hyperparameters
    assert found == {"lr": 0.003, "epochs": 9, "seed": 1, "ema": True}
    assert read(write(folder / "prose.log", "lr: 0.003, ema: True\n" + steps(10))).hyperparameters == {"lr": 0.003}


def test_settings_that_nanogpt_says_it_overrides(folder: Path) -> None:
    text = "Overriding: optimizer = AdamW\nOverriding: batch_size = 32\nOverriding: num_classes = 4\n" + steps(10)
    settings = {"optimizer": "AdamW", "batch_size": 32, "num_classes": 4}
    assert read(write(folder / "overriding.log", text)).hyperparameters == settings


def test_roles_and_axis_of_a_log_by_epochs(folder: Path) -> None:
    lines = [
        f"Epoch {e}/9 - lr 1e-3 - train loss: {2 - e / 10:.2f} - val loss: {2.5 - e / 10:.2f}\n" for e in range(10)
    ]
    run = run_of(write(folder / "epochs.log", "".join(lines)))
    for role, name in ((TrainLoss, "train loss"), (ValLoss, "val loss"), (LearningRate, "lr")):
        found = run.find(role)
        assert found is not None
        assert (found.name, found.axis) == (name, Axis.EPOCH)
    assert run.state is State.FINISHED


def test_a_run_whose_epochs_count_from_zero_came_to_its_end(folder: Path) -> None:
    lines = [f"[{e}/4] iter {10 * e + i}: loss: {2 - e / 10:.2f}\n" for e in range(4) for i in (1, 5, 9)]
    assert run_of(write(folder / "all.log", "".join(lines))).state is State.FINISHED
    path = write(folder / "three.log", "".join(lines[:9]))
    os.utime(path, (0, 0))
    assert run_of(path).state is State.INTERRUPTED


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ("Training completed.\n", State.FINISHED),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB\n", State.INTERRUPTED),
        ("", State.UNKNOWN),
    ],
)
def test_last_words_tell_how_a_run_ended(folder: Path, end: str, state: State) -> None:
    path = write(folder / "ends.log", steps(10) + end)
    os.utime(path, (0, 0))
    assert run_of(path).state is state


def test_a_bar_drawn_once_more_does_not_go_on(folder: Path) -> None:
    bar = "Epoch {0}: 100%|\u2588\u2588| 44/44 [00:01<00:00, 33.9it/s, train_loss={1:.3f}]"
    bars = [bar.format(epoch, 2 - epoch / 10) for epoch in range(10)]
    text = "\n".join(bars) + "`Trainer.fit` stopped: `max_epochs=10` reached.\n\n" + bars[-1] + "\n"
    path = write(folder / "bars.log", text)
    os.utime(path, (0, 0))
    assert run_of(path).state is State.FINISHED


@pytest.mark.parametrize(
    ("words", "plan", "state"),
    [
        ("RuntimeError: CUDA out of memory, retrying with a smaller batch", 10, State.FINISHED),
        (
            "ConvergenceWarning: Stochastic Optimizer: Maximum iterations (60) reached and the optimization",
            99,
            State.INTERRUPTED,
        ),
    ],
)
def test_epochs_behind_last_words_go_on(folder: Path, words: str, plan: int, state: State) -> None:
    epochs = [f"epoch: {i}/{plan}, loss: {2 - i / 10}" for i in range(1, 11)]
    path = write(folder / "train.log", "\n".join([*epochs[:-2], words, *epochs[-2:]]) + "\n")
    os.utime(path, (0, 0))
    assert run_of(path).state is state


def test_a_solver_within_a_step_that_stops_ends_no_run(folder: Path) -> None:
    path = write(folder / "train.log", steps(5) + "Warning: Sinkhorn: Maximum number of iterations reached\n")
    assert not read(path).events


# Lines that matter besides numbers

MESSAGES = {
    "out-of-memory": (
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 11.93 GiB total capacity",
        "RuntimeError: CUDA error: out of memory",
        "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8 bytes.",
        "ResourceExhaustedError: OOM when allocating tensor with shape[64,3,224,224]",
    ),
    "host-killed": (
        "Killed",
        "/var/spool/slurm_script: line 12: 30053 Killed                  python train.py --steps 600",
        "  exitcode  : -9 (pid: 1245)",
        "traceback : Signal 9 (SIGKILL) received by PID 1245",
    ),
    "worker-killed": ("RuntimeError: DataLoader worker (pid 123) is killed by signal: Killed. ",),
    "disk-full": ("OSError: [Errno 28] No space left on device",),
    "device-assert": (
        "RuntimeError: CUDA error: device-side assert triggered",
        "Loss.cu:106: block: [0,0,0], thread: [3,0,0] Assertion `t >= 0 && t < n_classes` failed.",
        "IndexError: Target 10 is out of bounds.",
    ),
    "device-fault": ("RuntimeError: CUDA error: an illegal memory access was encountered",),
    "collective-timeout": ("[rank1]:[E] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1)",),
    "non-finite-stop": (
        "Loss is nan, stopping training",
        "Batch 12: Invalid loss, terminating training",
        "FloatingPointError: Minimum loss scale reached (0.0001). Your loss is probably exploding.",
        "FloatingPointError: Loss became infinite or NaN at iteration=100!",
    ),
    "gradient-overflow": (
        "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 32768.0",
        "NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: 64.0",
        "| WARNING: overflow detected, setting loss scale to: 0.25",
        "[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768",
    ),
    "scheduler-order-warning": (
        "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later",
    ),
    "shape-broadcast-warning": (
        "UserWarning: Using a target size (torch.Size([8])) that is different to the input size (torch.Size([8, 1])).",
    ),
    "no-gradient-warning": (
        "UserWarning: None of the inputs have requires_grad=True. Gradients will be None",
        "WARNING:tensorflow:Gradients do not exist for variables ['dense/kernel:0'] when minimizing the loss.",
    ),
    "data-exhausted": ("UserWarning: Your input ran out of data; interrupting training.",),
    "learning-rate-reduced": (
        "Epoch 5: ReduceLROnPlateau reducing learning rate to 0.001.",
        "Epoch 00008: reducing learning rate of group 0 to 5.0000e-04.",
    ),
    "early-stop": (
        "Epoch 7: early stopping",
        "Early stopping at epoch 12",
        "Early stopping, best iteration is:",
        "Stopped by overfitting detector  (50 iterations wait)",
        "Validation score did not improve more than tol=0.000100 for 10 consecutive epochs. Stopping.",
        "Stopping since valid_loss has not improved in the last 5 epochs.",
    ),
    "preempted": (
        "slurmstepd: error: *** JOB 123 ON node1 CANCELLED AT 2024-01-01T00:00:00 DUE TO TIME LIMIT ***",
        "slurmstepd: error: *** JOB 123 ON node1 CANCELLED AT 2024-01-01T00:00:00 DUE TO PREEMPTION ***",
        "KeyboardInterrupt",
    ),
    "resumed": ("Resuming training from checkpoint runs/checkpoint-500", "=> loaded checkpoint 'a.pt' (epoch 3)"),
    "finished": (
        "Training completed. Do not forget to share your model on huggingface.co/models =)",
        "`Trainer.fit` stopped: `max_epochs=10` reached.",
        "Finished Training",
        "ConvergenceWarning: Stochastic Optimizer: Maximum iterations (60) reached and the optimization",
        "ConvergenceWarning: Maximum number of iteration reached before convergence. Consider increasing max_iter",
        "Did not meet early stopping. Best iteration is:",
        "bestIteration = 199",
        "\u2714 Saved pipeline to output directory",
    ),
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in MESSAGES.items() for line in lines])
def test_a_message_becomes_an_event_of_its_kind_line_and_step(folder: Path, kind: str, line: str) -> None:
    (event,) = read(write(folder / "message.log", f"{steps(5)}{line}\n{steps(3)}")).events
    assert (event.kind, event.text, event.line, event.step) == (kind, line.strip(), 6, 4)


@pytest.mark.parametrize(
    "line",
    [
        "early stopping patience: 10",
        "the gradient norm is 3, the loss is 2",
        "  exitcode  : 1 (pid: 1245)",
        "memory: 30GiB, nan steps: 0",
        "max checkpoints: 5",
        "starting training with 8 workers, timeout 30 s",
    ],
)
def test_a_line_that_only_sounds_like_a_message_is_none(folder: Path, line: str) -> None:
    assert read(write(folder / "quiet.log", f"{steps(5)}{line}\n")).events == ()


def test_the_last_line_of_a_traceback(folder: Path) -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    main()\n    ^^^^^^\n'
    log = read(write(folder / "trace.log", f"{steps(5)}{trace}ValueError: 3 is not 4\n"))
    assert [(event.kind, event.text, event.line) for event in log.events] == [
        ("traceback", "ValueError: 3 is not 4", 10)
    ]
    assert log.finished is False
    log = read(write(folder / "trace.log", f"{steps(5)}{trace}torch.OutOfMemoryError: CUDA out of memory.\n"))
    assert [event.kind for event in log.events] == ["out-of-memory"]


@pytest.mark.parametrize(("below", "behind_all"), [("", True), ("{'loss': 1.1, 'epoch': 0.6}\n", False)])
def test_a_message_of_a_log_that_counts_no_steps_is_known_to_be_the_last(
    folder: Path, below: str, behind_all: bool
) -> None:
    printed = "".join(f"{{'loss': {2 - i / 10}, 'epoch': {i / 10}}}\n" for i in range(6))
    log = read(write(folder / "trainer.log", f"{printed}Killed\n{below}"))
    assert [(event.step, event.is_behind_all) for event in log.events] == [(None, behind_all)]


def test_lines_behind_a_progress_bar_keep_their_numbers(folder: Path) -> None:
    log = read(write(folder / "bar.log", "a\rb\rc\n" + steps(5) + "x\ry\nKilled\n"))
    assert [event.line for event in log.events] == [8]


def test_a_bar_that_counts_back_by_one_is_the_same_pass(folder: Path) -> None:
    bar = "\r{0}/44 ━━━━━━━━━━ 1s 34ms/step - loss: {1:.4f}"
    last = "\r44/44 ━━━━━━━━━━ 2s 36ms/step - loss: {0:.4f} - val_loss: {1:.4f}"
    drawn = [
        f"Epoch {epoch}/8\n"
        + "".join(bar.format(at, 1 / epoch) for at in ((1, 13, 15, 14, 31) if epoch == 5 else (1, 13, 15, 31)))
        + last.format(1 / epoch, 1.1 / epoch)
        for epoch in range(1, 9)
    ]
    run = run_of(write(folder / "keras.log", "\n".join(drawn) + "\n"))
    assert {one.name: len(one) for one in run.series} == {"loss": 8, "val_loss": 8}


def test_a_bar_that_is_drawn_seldom_begins_anew_wherever_it_is_seen_first(folder: Path) -> None:
    bar = "\rtrain: {0:3d}%|█████     | {0}/100 [00:10<00:10, 3.33it/s, loss={1:.4f}]"
    drawn = (bar.format(at, 1 / epoch) for epoch in range(1, 13) for at in (48 + epoch % 7 * 3, 96 - epoch % 5))
    run = run_of(write(folder / "job.out", "".join(drawn) + "\n"))
    assert [len(one) for one in run.series] == [12]


def test_a_bar_of_a_hundred_thousand_updates_on_one_line(folder: Path) -> None:
    """Every state of it is a line, divided by carriage returns."""
    last = 100_000
    states = (
        f"{i / last:4.0%}|###  | {i}/{last} [00:01<00:09, 9.9it/s, loss={2 - i / last:.5f}]" for i in range(last + 1)
    )
    content = "\r".join(states) + "\n"
    begun = time.process_time()
    (series,) = read(write(folder / "tqdm.log", content)).series
    assert time.process_time() - begun < 1 + 2 * len(content) / 1e6
    assert series.steps.tolist() == list(range(last + 1))
    assert series.values.tolist() == [float(f"{2 - i / last:.5f}") for i in range(last + 1)]


# Damage, and lines made to hold a reader up


def test_nul_bytes_are_told_and_cost_nothing_around_them(folder: Path) -> None:
    log = read(write(folder / "nul.log", steps(10) + "\0" * 100 + "\n" + "step 10: loss 1.5\n"))
    assert [step for step, _ in points(log)["loss"]] == list(range(11))
    assert [notice.kind for notice in log.notices] == [DAMAGE]


def test_an_endless_line_is_told_and_cost_nothing_around_it(folder: Path) -> None:
    log = read(write(folder / "endless.log", steps(10) + "x" * (9 << 20) + "\nstep 10: loss 1.5\n"))
    assert [step for step, _ in points(log)["loss"]] == list(range(11))
    (notice,) = log.notices
    assert (notice.kind, notice.line_start) == (DAMAGE, 11)


@pytest.mark.parametrize(
    "text", ["a", "1", " ", "(", "a: ", "a=1 ", "loss ", "1,", "1,111", "-", "[\0[", "\x1b]", "nan ", "'", "a b ", "=1"]
)
def test_no_line_takes_long(folder: Path, text: str) -> None:
    lines = "".join(f"loss {'x' * (i % 7)}{(text * 8000)[:7900]}!\n" for i in range(40))
    path = write(folder / "hostile.log", steps(5) + lines)
    begun = time.process_time()
    assert read(path).series
    assert time.process_time() - begun < 3  # 0.3 MB; what goes back over its steps takes minutes


def test_names_without_end_are_told_and_cost_nothing_around_them(folder: Path) -> None:
    names = "".join(f"step {i}: loss_{'abcdefghij'[i % 10]}{i:05d}x: 0.5\n" for i in range(5000))
    log = read(write(folder / "names.log", steps(20) + names))
    assert len(points(log)["loss"]) == 20
    assert [notice.kind for notice in log.notices] == [DAMAGE]


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(folder: Path, noise: bytes) -> None:
    path = write(folder / "noise.log", steps(5).encode() + noise + b"\n" + steps(5).encode())
    try:
        assert len(points(read(path))["loss"]) >= 9
    except UnreadableLogError:  # the noise made it UTF-16
        assert noise.count(b"\0") > 10


def test_an_evaluation_stands_at_its_own_steps(tmp_path: Path) -> None:
    content = "".join(f"Eval num_timesteps={400 * i}, episode_reward=2{i}.50 +/- 3.50\n" for i in range(1, 6))
    (reward,) = run_of(write(tmp_path / "train.log", content)).series
    assert (reward.name, reward.steps.tolist()) == ("eval/episode_reward", [400, 800, 1200, 1600, 2000])


@pytest.mark.parametrize(
    ("page", "line", "name"),
    [
        ("gb18030", "第 {} 轮 训练损失: {:.4f} 准确率: 0.5", "训练损失"),
        ("big5", "訓練 epoch {} 損失: {:.4f}", "損失"),
        ("cp949", "에폭 {} 훈련 손실: {:.4f}", "훈련 손실"),
        ("cp932", "エポック {} 訓練損失: {:.4f}", "訓練損失"),
        ("cp1251", "Эпоха {}: потери: {:.4f}", "потери"),
        ("cp1252", "Époque {} perte: {:.4f} précision: 0.5", "perte"),
    ],
)
def test_a_log_in_a_code_page_of_windows(page: str, line: str, name: str, tmp_path: Path) -> None:
    text = "".join(f"{line.format(epoch, 2 / epoch)}\r\n" for epoch in range(1, 30))
    (tmp_path / "train.log").write_bytes(text.encode(page))
    (run,) = load(tmp_path)
    (series,) = (one for one in run.series if one.name == name)
    assert series.role is TrainLoss
    assert len(series) == 29
