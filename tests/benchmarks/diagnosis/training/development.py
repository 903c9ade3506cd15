"""The development part: five families of model and data, the faults planted in them, and sound recipes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from tests.sample_training.data import (
    breast_cancer,
    cell_sizes,
    diabetes,
    digits,
    naive_binary_cross_entropy,
    raw_cells,
    sorted_by_class,
    tiny_validation,
    two_sided,
    with_wrong_labels,
)
from tests.sample_training.networks import mlp
from tests.sample_training.policies import PolicyGradient, ReferencePolicy
from tests.sample_training.train import (
    Adversaries,
    Fit,
    Interrupted,
    LossScaling,
    constant,
    cosine,
    exponential,
    fine_tuned,
    one_cycle,
    parameters_of_a_copy,
    scaled_inputs,
    step_decay,
    warm_restarts,
)
from torch import nn
from torch.nn import functional
from torch.optim import SGD, Adam, AdamW

from . import data, faults, learnt
from .damage import cut_in_a_record
from .networks import (
    Contrast,
    Denoiser,
    Embeddings,
    dead_units,
    in_half,
    preference,
    recurrent,
    relu_rnn,
    scaled_weights,
    transformer,
    variational,
    without_bias,
)
from .runs import Family, planted, sound
from .schedules import early, linear
from .symptoms import rose, spiked

momentum = partial(SGD, momentum=0.9)
decaying = partial(SGD, momentum=0.9, weight_decay=5e-3)

images = Family(
    "mlp-digits",
    Fit(digits(), mlp(64, 48, 10), epochs=20, batch_size=32, rate=0.03, optimizer=decaying, schedule=cosine),
    every=4,
)
sequences = Family(
    "gru-recall",
    Fit(
        data.recall(),
        recurrent(nn.GRU, 8, 24, 6, symbols=7),
        epochs=14,
        batch_size=32,
        rate=1e-2,
        optimizer=Adam,
        schedule=cosine,
        clip=1.0,
    ),
    every=5,
)
patients = Family(
    "mlp-diabetes",
    Fit(
        diabetes(),
        mlp(10, 16, 1),
        epochs=40,
        batch_size=22,
        rate=2e-3,
        optimizer=partial(AdamW, weight_decay=0.3),
        schedule=linear,
    ),
    every=5,
)
text = Family(
    "transformer-sentences",
    Fit(
        data.written_sentences(),
        transformer(27, 16),
        epochs=6,
        batch_size=25,
        rate=5e-3,
        optimizer=AdamW,
        schedule=one_cycle(0.1),
        clip=1.0,
        evaluate_every=40,
    ),
    every=4,
)
pixels = Family(
    "vae-digits",
    Fit(
        data.self_taught(digits()),
        variational(64, 64, 6),
        epochs=16,
        batch_size=40,
        rate=3e-3,
        optimizer=Adam,
    ),
    every=5,
)
cells = Family(
    "mlp-cells",
    Fit(breast_cancer(), mlp(30, 8, 1), epochs=20, batch_size=16, rate=3e-3, optimizer=decaying, schedule=cosine),
    every=4,
)
clicked = Family(
    "embeddings-clicks",
    Fit(
        data.clicks(60, 40, 3000),
        partial(Embeddings, (60, 40), 4, 16),
        epochs=5,
        batch_size=25,
        rate=3e-3,
        optimizer=partial(AdamW, weight_decay=0.3),
        schedule=linear,
    ),
    every=4,
)

memory = Family(
    "rnn-recall",
    replace(
        sequences.fit,
        task=data.recall(8),
        network=recurrent(relu_rnn, 8, 32, 6, symbols=7),
        rate=3e-3,
        epochs=16,
    ),
    every=5,
)
bandits = Family("bandits", cells.fit, every=5)
"""Policies have no sound twin that is fitted; what is right about them is known without."""

FAMILIES = (images, sequences, patients, text, pixels, cells, clicked, memory)


digit_fit, recall_fit, patient_fit, text_fit = images.fit, sequences.fit, patients.fit, text.fit
pixel_fit, cell_fit, click_fit = pixels.fit, cells.fit, clicked.fit
plain_sgd = replace(digit_fit, optimizer=SGD, rate=0.05, schedule=constant)
raw_digits = data.inputs_as(digit_fit.task, lambda pixel: (pixel + 0.305) * 255)
straight = replace(patient_fit, network=mlp(10, 1), epochs=60, batch_size=330, schedule=constant)

NUMERICS = [
    *planted(
        faults.RATE_FAR_TOO_HIGH,
        (patients, replace(patient_fit, optimizer=momentum, rate=0.7)),
        (text, replace(text_fit, optimizer=momentum, rate=30.0, clip=None, schedule=cosine)),
        (images, replace(digit_fit, network=mlp(64, 10), rate=20.0, schedule=constant)),
    ),
    *planted(
        faults.BARE_LOG,
        (
            cells,
            replace(
                cell_fit,
                task=breast_cancer(loss=naive_binary_cross_entropy),
                optimizer=Adam,
                rate=0.01,
                epochs=60,
                schedule=constant,
            ),
        ),
        (
            images,
            replace(
                digit_fit,
                task=replace(digit_fit.task, loss=data.naive_cross_entropy),
                network=scaled_weights(mlp(64, 48, 10), 1.0),
                optimizer=Adam,
                rate=0.3,
                schedule=constant,
            ),
        ),
    ),
    *planted(
        faults.NAN_IN_A_BATCH,
        (images, replace(digit_fit, corrupt=data.nan_inputs(430))),
        (patients, replace(patient_fit, corrupt=data.nan_inputs(275))),
    ),
    *planted(
        faults.HALF_PRECISION_OVERFLOW,
        (
            patients,
            replace(
                patient_fit,
                task=data.targets_as(diabetes(target_scale=1.0), torch.Tensor.half),
                network=in_half(mlp(10, 16, 1)),
                optimizer=SGD,
                rate=1e-4,
                more_settings={"precision": "16"},
            ),
        ),
        (
            images,
            replace(
                digit_fit,
                task=replace(digit_fit.task, loss=data.naive_cross_entropy),
                network=in_half(mlp(64, 48, 10)),
                optimizer=momentum,
                rate=0.1,
                schedule=constant,
                more_settings={"precision": "fp16"},
            ),
        ),
    ),
    *planted(
        faults.MASKED_NAN,
        (
            text,
            replace(
                text_fit,
                task=replace(text_fit.task, loss=data.naive_cross_entropy),
                rate=0.3,
                clip=None,
                schedule=constant,
                hide_non_finite=True,
            ),
        ),
        (images, replace(digit_fit, corrupt=data.nan_inputs(300), hide_non_finite=True)),
    ),
    *planted(
        faults.LOSS_SCALE_COLLAPSE,
        (
            patients,
            replace(
                patient_fit,
                task=replace(patient_fit.task, loss=data.distance_loss),
                corrupt=data.zeros_from(200),
                network=without_bias(10, 16, 1),
                loss_scaling=LossScaling(),
            ),
        ),
        (images, replace(digit_fit, corrupt=data.scaled_inputs_from(280, 3e4), loss_scaling=LossScaling())),
    ),
]

STABILITY = [
    *planted(
        faults.RATE_TOO_HIGH,
        (
            patients,
            replace(
                straight,
                network=scaled_weights(mlp(10, 1), 8.0),
                optimizer=partial(SGD, momentum=0.999),
                rate=3e-3,
                epochs=500,
                evaluate_every=10,
            ),
        ),
        (images, replace(digit_fit, optimizer=partial(SGD, momentum=0.99), rate=0.3, schedule=constant)),
        (cells, replace(cell_fit, optimizer=partial(SGD, momentum=0.999), rate=0.04, schedule=constant)),
    ),
    *planted(
        faults.NO_CLIPPING,
        (memory, replace(memory.fit, optimizer=momentum, rate=0.03, schedule=constant, clip=None)),
        (memory, replace(memory.fit, optimizer=momentum, rate=0.02, batch_size=20, schedule=constant, clip=None)),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (images, replace(digit_fit, corrupt=data.both(scaled_inputs(430, 100), data.unpaired_at(430)))),
        shows=spiked(430),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (patients, replace(patient_fit, corrupt=data.scaled_targets(300, 100.0))),
        shows=spiked(300),
    ),
    *planted(
        faults.RATE_JUMP_ON_RESUME,
        (
            images,
            Interrupted(
                replace(digit_fit, schedule=cosine),
                570,
                570,
                lambda fit: replace(fit, rate=0.9, schedule=constant),
                forget_optimizer=True,
            ),
        ),
        shows=rose(571),
    ),
    *planted(
        faults.RATE_JUMP_ON_RESUME,
        (
            text,
            Interrupted(
                replace(text_fit, evaluate_every=40),
                320,
                320,
                lambda fit: replace(fit, rate=0.1, schedule=constant),
                forget_optimizer=True,
            ),
        ),
        shows=rose(321),
    ),
    *planted(
        faults.CLIPPED_TOO_TIGHT,
        (images, replace(digit_fit, clip=0.01)),
        (sequences, replace(recall_fit, optimizer=momentum, rate=0.05, clip=0.01)),
    ),
    *planted(
        faults.INPUTS_NOT_NORMALISED,
        (images, replace(digit_fit, task=raw_digits)),
        (cells, replace(cell_fit, task=raw_cells())),
    ),
]

OPTIMIZATION = [
    *planted(
        faults.RATE_TOO_LOW,
        (images, replace(digit_fit, rate=4e-4)),
        (sequences, replace(recall_fit, rate=2e-4)),
        (text, replace(text_fit, rate=5e-5)),
    ),
    *planted(
        faults.RATE_NEXT_TO_NOTHING,
        (images, replace(digit_fit, rate=1e-8)),
        (text, replace(text_fit, rate=1e-8)),
    ),
    *planted(
        faults.OTHER_PARAMETERS,
        (images, replace(digit_fit, parameters=parameters_of_a_copy)),
        (sequences, replace(recall_fit, parameters=parameters_of_a_copy)),
    ),
    *planted(
        faults.ALL_ZERO,
        (images, replace(digit_fit, network=scaled_weights(digit_fit.network, 0.0))),
        (sequences, replace(recall_fit, network=scaled_weights(recall_fit.network, 0.0))),
    ),
    *planted(
        faults.WEIGHTS_TOO_LARGE,
        (images, replace(digit_fit, network=scaled_weights(digit_fit.network, 30.0), rate=1e-3)),
        (text, replace(text_fit, network=scaled_weights(text_fit.network, 30.0))),
    ),
    *planted(
        faults.DEEP_SIGMOIDS,
        (images, replace(digit_fit, network=mlp(64, *[32] * 8, 10, activation=nn.Sigmoid))),
        (cells, replace(cell_fit, network=mlp(30, *[16] * 8, 1, activation=nn.Sigmoid))),
    ),
    *planted(
        faults.DEAD_UNITS,
        (images, replace(digit_fit, network=dead_units(digit_fit.network))),
        (patients, replace(patient_fit, network=dead_units(patient_fit.network))),
    ),
    *planted(
        faults.UNPAIRED_LABELS,
        (images, replace(digit_fit, corrupt=data.unpaired)),
        (sequences, replace(recall_fit, corrupt=data.unpaired)),
    ),
    *planted(
        faults.OVER_REGULARISED,
        (images, replace(digit_fit, optimizer=partial(SGD, momentum=0.9, weight_decay=0.3))),
        (patients, replace(patient_fit, optimizer=partial(AdamW, weight_decay=100.0), rate=5e-3)),
        (images, replace(digit_fit, network=mlp(64, 48, 48, 10, dropout=0.93), more_settings={"dropout": 0.93})),
    ),
    *planted(
        faults.MODEL_TOO_SMALL,
        (images, replace(digit_fit, network=mlp(64, 2, 10), more_settings={"hidden_size": 2})),
        (
            sequences,
            replace(recall_fit, network=recurrent(nn.GRU, 2, 2, 6, symbols=7), more_settings={"hidden_size": 2}),
        ),
    ),
    *planted(
        faults.STOPPED_EARLY,
        (
            images,
            replace(digit_fit, epochs=3, rate=0.01, optimizer=momentum, schedule=constant, evaluate_every=10),
        ),
        (text, replace(text_fit, epochs=2, rate=8e-4, schedule=constant, evaluate_every=20)),
        every=1,
    ),
]

SCHEDULE = [
    *planted(
        faults.NO_WARMUP,
        (text, replace(text_fit, network=transformer(27, 16, layers=2), rate=0.1, schedule=linear, clip=None)),
        (
            text,
            replace(text_fit, network=transformer(27, 16, width=24), rate=0.2, schedule=exponential(0.01), clip=None),
        ),
    ),
    *planted(
        faults.DECAYED_TOO_SOON,
        (images, replace(digit_fit, schedule=exponential(1e-9))),
        (text, replace(text_fit, schedule=step_decay(0.06, 0.12, 0.18))),
    ),
    *planted(
        faults.SCHEDULE_PER_MICRO_BATCH,
        (
            images,
            replace(
                digit_fit,
                schedule=early(linear, 8),
                more_settings={"gradient_accumulation_steps": 8, "lr_scheduler_type": "linear"},
            ),
        ),
        (
            text,
            replace(
                text_fit,
                schedule=early(one_cycle(0.1), 4),
                more_settings={"gradient_accumulation_steps": 4, "lr_scheduler_type": "cosine", "warmup_ratio": 0.1},
            ),
        ),
    ),
    *planted(
        faults.RANGE_TEST,
        (images, replace(digit_fit, optimizer=SGD, rate=1e-6, schedule=exponential(1e8), epochs=8, evaluate_every=0)),
        (text, replace(text_fit, rate=1e-7, schedule=exponential(1e8), epochs=4, evaluate_every=0, clip=None)),
        every=1,
    ),
]

GENERALIZATION = [
    *planted(
        faults.TOO_LITTLE_DATA,
        (
            images,
            replace(
                digit_fit,
                task=data.few(digit_fit.task, 80),
                network=mlp(64, 128, 128, 10),
                optimizer=Adam,
                rate=2e-3,
                batch_size=10,
                epochs=80,
                schedule=constant,
            ),
        ),
        (
            patients,
            replace(
                patient_fit,
                task=data.few(patient_fit.task, 60),
                network=mlp(10, 64, 64, 1),
                optimizer=Adam,
                batch_size=10,
                epochs=80,
                schedule=constant,
            ),
        ),
        (
            text,
            replace(
                text_fit,
                task=data.few(text_fit.task, 60),
                rate=5e-3,
                batch_size=10,
                epochs=90,
                network=transformer(27, 16, width=48, layers=2),
                evaluate_every=18,
            ),
        ),
    ),
    *planted(
        faults.LABEL_NOISE,
        (
            images,
            replace(
                digit_fit,
                task=with_wrong_labels(data.few(digit_fit.task, 400), 0.4),
                network=mlp(64, 128, 128, 10),
                optimizer=Adam,
                rate=2e-3,
                epochs=50,
                schedule=constant,
            ),
        ),
        (sequences, replace(recall_fit, task=with_wrong_labels(data.few(recall_fit.task, 600), 0.4), epochs=40)),
    ),
    *planted(
        faults.VALIDATION_DIFFERS,
        (
            images,
            replace(
                digit_fit, task=data.inputs_as(digit_fit.task, lambda one: (one + 0.305) * 16 - 8, only_validation=True)
            ),
        ),
        (
            patients,
            replace(patient_fit, task=data.inputs_as(patient_fit.task, lambda one: one * 3 + 2, only_validation=True)),
        ),
    ),
    *planted(
        faults.EASIER_VALIDATION,
        (patients, replace(patient_fit, task=data.noisy_targets(patient_fit.task, 0.8))),
        (images, replace(digit_fit, task=data.validation_of_classes(with_wrong_labels(digit_fit.task, 0.25), (0, 6)))),
    ),
    *planted(
        faults.TINY_VALIDATION,
        (images, replace(digit_fit, task=tiny_validation(digit_fit.task, 5), rate=0.3, schedule=constant)),
        (
            patients,
            replace(
                patient_fit,
                task=tiny_validation(patient_fit.task, 3),
                optimizer=Adam,
                rate=0.03,
                epochs=60,
                schedule=constant,
            ),
        ),
    ),
    *planted(
        faults.CLASS_IMBALANCE,
        (
            cells,
            replace(
                cell_fit,
                task=two_sided(0.1, n_train=1300, separation=0.4, random_state=11),
                rate=2e-4,
                optimizer=momentum,
                network=scaled_weights(mlp(12, 32, 1), 2.5),
                schedule=constant,
            ),
        ),
        (
            clicked,
            replace(
                click_fit,
                task=two_sided(0.07, n_train=1500, separation=0.5),
                optimizer=momentum,
                rate=2e-4,
                network=scaled_weights(mlp(12, 24, 1), 2.0),
                epochs=20,
            ),
        ),
    ),
]

DATA = [
    *planted(
        faults.SORTED_BY_CLASS,
        (images, replace(digit_fit, task=sorted_by_class(digit_fit.task), shuffle=False)),
        (cells, replace(cell_fit, task=sorted_by_class(cell_fit.task), shuffle=False)),
    ),
    *planted(
        faults.MEMORISED_IDS,
        (
            clicked,
            replace(
                click_fit,
                task=data.clicks(3000, 2000, 4000),
                epochs=4,
                network=partial(Embeddings, (3000, 2000), 16, 32),
                optimizer=Adam,
                rate=3e-3,
            ),
        ),
    ),
]

COLLAPSE = [
    *planted(
        faults.GAN_COLLAPSE,
        (pixels, Adversaries(mlp(16, 32, 64), mlp(64, 128, 1), 1000, 5e-5, 3e-3)),
    ),
    *planted(
        faults.ENTROPY_COLLAPSE,
        (bandits, PolicyGradient(8, 6, 32, 800, 0.02, 0.0, start=2.5)),
    ),
]

LOG = [
    *planted(
        faults.OVERLAP,
        (text, Interrupted(replace(text_fit, evaluate_every=40), 240, 330)),
        (images, Interrupted(digit_fit, 380, 500)),
    ),
    *planted(
        faults.CUT_SHORT,
        (images, digit_fit),
        (text, text_fit),
        damage=cut_in_a_record,
        formats=("tfevents", "json-lines"),
    ),
]

FAULTY = [*NUMERICS, *STABILITY, *OPTIMIZATION, *SCHEDULE, *GENERALIZATION, *DATA, *COLLAPSE, *LOG]

halved = learnt.learnt(0.5)

SOUND = [
    sound("plain", images, digit_fit, halved),
    sound("plain", sequences, recall_fit, halved),
    sound("plain", patients, patient_fit, learnt.learnt(0.6)),
    sound("step-decay", images, replace(digit_fit, schedule=step_decay(0.4, 0.75), rate=0.05), halved),
    sound("cosine-to-zero", cells, cell_fit, halved),
    sound("one-cycle", images, replace(digit_fit, schedule=one_cycle(), rate=0.1), halved),
    sound("warm-restarts", images, replace(digit_fit, schedule=warm_restarts(4), rate=0.05), halved),
    sound("warm-up", text, text_fit, halved),
    sound(
        "dropout",
        images,
        replace(
            digit_fit,
            network=mlp(64, 64, 64, 10, dropout=0.3),
            optimizer=Adam,
            rate=3e-3,
            more_settings={"dropout": 0.3},
        ),
        halved,
    ),
    sound("augmented", images, replace(digit_fit, corrupt=data.noise_after(0, 0.25)), halved),
    sound(
        "label-smoothing",
        images,
        replace(digit_fit, task=replace(digit_fit.task, loss=partial(functional.cross_entropy, label_smoothing=0.1))),
        halved,
    ),
    sound(
        "batch-of-one",
        images,
        replace(
            digit_fit,
            task=digits(800),
            optimizer=partial(SGD, weight_decay=5e-3),
            batch_size=1,
            epochs=2,
            rate=0.03,
            evaluate_every=100,
        ),
        learnt.learnt(0.5, gap=2.5, slack=0.2),
        every=2,
    ),
    sound("gan", pixels, Adversaries(mlp(16, 64, 64), mlp(64, 64, 1), 1000, 5e-4, 1e-3), learnt.adversaries_balanced),
    sound("policy-gradient", bandits, PolicyGradient(8, 6, 32, 1000, 3e-3, 0.1, schedule=linear), learnt.policy_learnt),
    sound("policy-with-reference", bandits, ReferencePolicy(8, 10, 800, 0.02, 0.05), learnt.policy_held),
    sound(
        "diffusion",
        pixels,
        replace(pixel_fit, network=lambda: Denoiser(64, 96), rate=2e-3, schedule=cosine, epochs=24),
        learnt.learnt(0.6, rest=1.15),
    ),
    sound(
        "contrastive",
        pixels,
        replace(
            pixel_fit,
            network=lambda: Contrast(mlp(64, 64, 16)(), group=40, noise=0.15, temperature=0.2),
            epochs=24,
            schedule=cosine,
        ),
        learnt.learnt(0.7, rest=1.1),
    ),
    sound("variational", pixels, pixel_fit, learnt.learnt(0.7)),
    sound(
        "preference",
        cells,
        replace(
            cell_fit,
            task=data.rankings(6, 5, 800),
            network=preference(6, 32, 5, beta=0.3),
            optimizer=Adam,
            rate=3e-3,
            epochs=15,
        ),
        learnt.learnt(0.92, gap=1.3),
    ),
    sound(
        "parity",
        cells,
        replace(
            cell_fit,
            task=data.parity(3, 12, 3000),
            network=mlp(12, 48, 1),
            optimizer=Adam,
            batch_size=50,
            rate=1e-3,
            epochs=20,
            schedule=constant,
        ),
        learnt.broke_late,
    ),
    sound("resumed", text, Interrupted(replace(text_fit, evaluate_every=40), 240, 240), halved),
    sound(
        "curriculum",
        images,
        replace(digit_fit, corrupt=data.noise_after(380, 0.25), epochs=24),
        learnt.learnt(0.5, rest=1.15),
    ),
    sound(
        "half-precision",
        images,
        replace(digit_fit, loss_scaling=LossScaling(grow_after=40), epochs=14),
        learnt.scale_backed_off,
    ),
    sound("clipped-moderately", text, replace(text_fit, clip=0.5), halved),
    sound(
        "one-epoch",
        text,
        replace(text_fit, task=data.written_sentences(n_train=6000), epochs=1, batch_size=16, evaluate_every=60),
        halved,
    ),
    sound(
        "five-epochs",
        images,
        replace(digit_fit, epochs=5, batch_size=16, rate=0.02),
        halved,
        every=75,
        formats=("keras-csv", "lightning-csv", "json-lines", "json-records"),
    ),
    sound(
        "fine-tuned",
        text,
        replace(
            text_fit,
            network=fine_tuned(replace(text_fit, schedule=linear, epochs=5)),
            rate=2e-4,
            epochs=3,
            schedule=one_cycle(0.1),
        ),
        learnt.learnt(0.99),
    ),
    sound(
        "large-loss",
        patients,
        replace(patient_fit, task=diabetes(target_scale=10), rate=0.1, optimizer=Adam),
        learnt.learnt(0.5),
    ),
    sound(
        "negative-loss",
        cells,
        replace(
            cell_fit,
            task=cell_sizes(),
            network=mlp(27, 8, 6),
            rate=2e-3,
            epochs=40,
            optimizer=partial(AdamW, weight_decay=0.5),
        ),
        learnt.learnt(-3.0, gap=1.2, slack=0.5),
    ),
    sound("rare-evaluation", images, replace(digit_fit, evaluate_every=190), halved),
    sound("epoch-averages", sequences, recall_fit, halved, formats=("keras-csv", "deepobs")),
    sound(
        "heavy-tails",
        patients,
        replace(patient_fit, task=data.heavy_tails(patient_fit.task), batch_size=6, epochs=15),
        learnt.learnt(0.9, gap=1.5),
    ),
    sound(
        "long-flat-end",
        patients,
        replace(straight, optimizer=SGD, rate=0.1, batch_size=110, epochs=200, schedule=cosine),
        learnt.learnt(0.9, gap=1.3),
    ),
    sound(
        "small-lead",
        images,
        replace(digit_fit, network=mlp(64, 96, 10, dropout=0.2), more_settings={"dropout": 0.2}),
        halved,
    ),
]

PLANS = (*FAULTY, *SOUND)
