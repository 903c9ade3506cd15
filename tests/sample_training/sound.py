"""Trainings without a fault, each with something about it that a hasty rule would take for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch.optim import SGD, Adam, AdamW

from .data import cell_sizes, diabetes, digits, sentences
from .history import History
from .networks import cnn, language_model, mlp
from .printed import nanogpt
from .recipe import Recipe, Sample
from .train import Adversaries, Fit, Interrupted, cosine, one_cycle, step_decay, warm_restarts
from .write import (
    Writer,
    deepobs,
    json_lines,
    keras_csv,
    keras_history,
    lightning_csv,
    llama_factory,
    records,
    tensorboard,
    tensorboard_pairs,
    tensorboardx,
    trainer_state,
    ultralytics_csv,
)

text = sentences()
letters = text.classes


def sound(folder: str, run: str, framework: str, train: Callable[[], History], write: Writer) -> Recipe:
    """Return a recipe of one run in which nothing is to be found."""
    return Recipe(f"sound/{folder}", run, None, framework, {".": Sample(train, write)})


SOUND = (
    sound(
        "printed",
        "The next letter from the last eight, AdamW with a cosine; nothing but the lines of a terminal is kept.",
        "nanoGPT, printed",
        Fit(
            text,
            language_model(letters, 64),
            epochs=6,
            batch_size=64,
            rate=2e-3,
            optimizer=AdamW,
            schedule=cosine,
            evaluate_every=94,
        ),
        partial(nanogpt, every=5),
    ),
    sound(
        "mlp-digits",
        "Handwritten digits, a network of 64-64-10 with SGD; nothing about it is special.",
        "Keras CSVLogger",
        Fit(digits(), mlp(64, 64, 10), epochs=60, batch_size=32, rate=0.1, schedule=cosine),
        keras_csv,
    ),
    sound(
        "char-lm",
        "The next letter from the last eight, AdamW with warm-up; the loss ends at the entropy of the text.",
        "Hugging Face trainer_state.json",
        Fit(
            text,
            language_model(letters, 96),
            epochs=6,
            batch_size=64,
            rate=3e-3,
            optimizer=AdamW,
            schedule=one_cycle(peak=0.1),
            clip=1.0,
            evaluate_every=94,
        ),
        partial(trainer_state, every=10),
    ),
    sound(
        "step-decay",
        "Handwritten digits, a small CNN; the loss falls suddenly where the rate is divided by ten.",
        "Ultralytics results.csv",
        Fit(
            digits(),
            cnn(4),
            epochs=60,
            batch_size=16,
            rate=0.05,
            optimizer=partial(SGD, momentum=0.9, weight_decay=3e-3),
            schedule=step_decay(0.4, 0.75),
        ),
        ultralytics_csv,
    ),
    sound(
        "warm-restarts",
        "Handwritten digits, a network of 64-32-10; the rate restarts three times and lifts the loss.",
        "torch.utils.tensorboard, add_hparams",
        Fit(
            digits(),
            mlp(64, 32, 10),
            epochs=60,
            batch_size=32,
            rate=0.2,
            optimizer=partial(SGD, momentum=0.9, weight_decay=3e-3),
            schedule=warm_restarts(4),
        ),
        partial(tensorboard, every=5, hparams=True),
    ),
    sound(
        "dropout",
        "Handwritten digits, half of all units dropped; the validation loss lies below the training loss.",
        "Keras History",
        Fit(
            digits(),
            mlp(64, 64, 64, 10, dropout=0.5),
            epochs=60,
            batch_size=32,
            rate=2e-3,
            optimizer=Adam,
            schedule=cosine,
        ),
        keras_history,
    ),
    sound(
        "batch-size-one",
        "Handwritten digits, one example at a time; single losses differ by a factor of 1000.",
        "JSON lines",
        Fit(
            digits(1000),
            mlp(64, 32, 10),
            epochs=3,
            batch_size=1,
            rate=0.03,
            schedule=cosine,
            evaluate_every=100,
        ),
        partial(json_lines, names={"loss": "train_loss", "validation_loss": "val_loss"}),
    ),
    sound(
        "one-cycle",
        "Handwritten digits, a CNN with one cycle of the rate; nothing happens until the rate has risen.",
        "Lightning CSVLogger",
        Fit(
            digits(),
            cnn(),
            epochs=20,
            batch_size=32,
            rate=0.2,
            optimizer=partial(SGD, weight_decay=3e-3),
            schedule=one_cycle(),
        ),
        partial(lightning_csv, every=5, learning_rate="lr-SGD"),
    ),
    sound(
        "resumed",
        "The next letter from the last eight; stopped at a checkpoint and resumed without a seam.",
        "LLaMA-Factory trainer_log.jsonl",
        Interrupted(
            Fit(
                text,
                language_model(letters, 96),
                epochs=6,
                batch_size=64,
                rate=2e-3,
                optimizer=AdamW,
                schedule=cosine,
                evaluate_every=94,
            ),
            saved=564,
            died=564,
        ),
        partial(llama_factory, every=6),
    ),
    sound(
        "batch-norm",
        "Handwritten digits, a CNN with batch normalisation; the validation loss wavers early.",
        "JSON list of records",
        Fit(
            digits(),
            cnn(batch_norm=True),
            epochs=12,
            batch_size=32,
            rate=0.05,
            optimizer=partial(SGD, momentum=0.9, weight_decay=5e-3),
            schedule=cosine,
        ),
        partial(records, every=2),
    ),
    sound(
        "gan",
        "A generator of handwritten digits and its discriminator; neither loss falls, nor should it.",
        "tensorboardX",
        Adversaries(
            generator=mlp(16, 64, 64),
            discriminator=mlp(64, 64, 1),
            steps=2000,
            generator_rate=5e-4,
            discriminator_rate=1e-3,
        ),
        partial(tensorboardx, every=5, names={"d_loss": "d_loss", "g_loss": "g_loss"}),
    ),
    sound(
        "large-loss",
        "Ten times the progress of diabetes, a network of 10-16-1; the squared error is sound at 250,000.",
        "DeepOBS",
        Fit(
            diabetes(target_scale=10),
            mlp(10, 16, 1),
            epochs=40,
            batch_size=32,
            rate=0.1,
            optimizer=Adam,
            schedule=cosine,
        ),
        deepobs,
    ),
    sound(
        "negative-loss",
        "The density of three measurements of cells, a network of 27-8-6; the log likelihood passes zero.",
        "torch.utils.tensorboard, add_scalars",
        Fit(
            cell_sizes(),
            mlp(27, 8, 6),
            epochs=60,
            batch_size=32,
            rate=2e-3,
            optimizer=partial(AdamW, weight_decay=0.3),
            schedule=cosine,
        ),
        tensorboard_pairs,
    ),
)
