"""Learning rates at the wrong time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch.optim import SGD, AdamW

from .data import digits, sentences
from .networks import language_model, mlp
from .printed import hugging_face
from .recipe import Recipe, Sample
from .train import Fit, cosine, exponential, one_cycle, step_decay
from .write import HUGGING_FACE, json_lines, llama_factory, mlflow

text = sentences()
letters = text.classes


WITHOUT_NORM = {name: theirs for name, theirs in HUGGING_FACE.items() if name != "gradient_norm"}

unwarmed = Fit(
    text,
    language_model(letters, 96, 96, 96),
    epochs=2,
    batch_size=64,
    rate=0.05,
    optimizer=AdamW,
    schedule=cosine,
    evaluate_every=94,
)


SCHEDULE = (
    Recipe(
        folder="lr-range-test",
        run="Handwritten digits, a network of 64-64-10 with SGD, a test of learning rates.",
        planted="The rate is raised from 1e-6 to 10 in equal ratios, until the loss explodes.",
        framework="JSON lines",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 64, 10),
                    epochs=8,
                    batch_size=32,
                    rate=1e-6,
                    schedule=exponential(1e7),
                    evaluate_every=0,
                ),
                json_lines,
                expect=("lr-range-test",),
            )
        },
    ),
    Recipe(
        folder="missing-warmup",
        run="The next letter from the last eight, three times 96 hidden units with AdamW, with a warm-up and without.",
        planted="The first run begins at the full rate of 0.05; the one beside it takes a tenth of its steps.",
        framework="Hugging Face Trainer, printed",
        samples={
            "at-once": Sample(
                unwarmed,
                partial(hugging_face, every=1, names=WITHOUT_NORM),
                expect=("missing-warmup",),
                accept=("plateau", "loss-spike"),
                causes=("missing-warmup", "learning-rate-too-high"),
            ),
            "warmed-up": Sample(
                replace(unwarmed, schedule=one_cycle(0.1)),
                partial(hugging_face, every=1, names=WITHOUT_NORM),
            ),
        },
    ),
    Recipe(
        folder="lr-decayed-too-early",
        run="The next letter from the last eight, 96 hidden units with AdamW.",
        planted="The rate is divided by ten after 6, 12 and 18 percent of the run, in the middle of the descent.",
        framework="LLaMA-Factory trainer_log.jsonl",
        samples={
            ".": Sample(
                Fit(
                    text,
                    language_model(letters, 96),
                    epochs=6,
                    batch_size=64,
                    rate=1e-3,
                    optimizer=AdamW,
                    schedule=step_decay(0.06, 0.12, 0.18),
                    evaluate_every=94,
                ),
                partial(llama_factory, every=5),
                expect=("lr-decayed-too-early",),
                accept=("plateau",),
                causes=("schedule-decays-too-soon",),
            )
        },
    ),
    Recipe(
        folder="scheduler-misstep",
        run="Handwritten digits, a network of 64-48-10 with momentum, four micro-batches an update.",
        planted="The cosine is stepped after each micro-batch, so that it runs through its course four times too fast.",
        framework="MLflow file store",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 48, 10),
                    epochs=16,
                    batch_size=32,
                    rate=0.05,
                    optimizer=partial(SGD, momentum=0.9, weight_decay=5e-3),
                    schedule=lambda progress: cosine(4 * progress),
                    more_settings={"gradient_accumulation_steps": 4, "lr_scheduler_type": "cosine"},
                ),
                partial(mlflow, every=4),
                expect=("scheduler-misstep",),
                accept=("lr-decayed-too-early",),
                causes=("scheduler-stepped-wrongly",),
            )
        },
    ),
)
