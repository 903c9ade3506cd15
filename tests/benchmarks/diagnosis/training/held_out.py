"""The test part: other models, other data and other settings than development, and faults that stand here alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from tests.sample_training.data import (
    gaussian_nll,
    naive_binary_cross_entropy,
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
from torch.optim import SGD, Adam, AdamW, RMSprop

from . import data, faults, learnt
from .damage import cut_in_a_record, overwrite_a_block
from .networks import (
    Contrast,
    Denoiser,
    FactorModel,
    autoencoder,
    convolutions,
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
from .schedules import early, linear, warm_up
from .symptoms import rose, spiked

nesterov = partial(SGD, momentum=0.9, nesterov=True)
decaying_adam = partial(AdamW, weight_decay=0.05)


shapes = Family(
    "cnn-shapes",
    Fit(
        data.shapes(),
        convolutions(10, 5, 6, 12),
        epochs=12,
        batch_size=40,
        rate=4e-3,
        optimizer=decaying_adam,
        schedule=linear,
    ),
    every=3,
)
waves = Family(
    "lstm-waveforms",
    Fit(
        data.waveforms(),
        recurrent(nn.LSTM, 1, 24, 4),
        epochs=14,
        batch_size=30,
        rate=8e-3,
        optimizer=RMSprop,
        schedule=cosine,
        clip=2.0,
    ),
    every=4,
)
surface = Family(
    "deep-mlp-friedman",
    Fit(
        data.friedman(),
        mlp(10, 24, 24, 24, 1, activation=nn.Tanh),
        epochs=24,
        batch_size=40,
        rate=0.01,
        optimizer=partial(nesterov, weight_decay=2e-3),
        schedule=step_decay(0.6, 0.85),
    ),
    every=2,
)
covers = Family(
    "mlp-covers",
    Fit(
        data.covers(),
        mlp(30, 24, 7),
        epochs=24,
        batch_size=64,
        rate=2e-3,
        optimizer=partial(AdamW, weight_decay=1.5),
        schedule=linear,
    ),
    every=2,
)
sums = Family(
    "transformer-sums",
    Fit(
        data.written_sums(),
        transformer(13, 20, width=24, layers=1),
        epochs=9,
        batch_size=32,
        rate=8e-3,
        optimizer=partial(AdamW, betas=(0.9, 0.98)),
        schedule=one_cycle(0.15),
        evaluate_every=50,
    ),
    every=5,
)
squeezed = Family(
    "autoencoder-shapes",
    Fit(
        data.self_taught(data.shapes(noise=0.1)),
        autoencoder(100, 48, 12),
        epochs=15,
        batch_size=30,
        rate=2e-3,
        optimizer=Adam,
        schedule=linear,
    ),
    every=6,
)
ratings = Family(
    "factors-ratings",
    Fit(
        data.clicks(50, 30, 4000),
        partial(FactorModel, 50, 30, 3),
        epochs=6,
        batch_size=32,
        rate=0.02,
        optimizer=partial(AdamW, weight_decay=0.5),
        schedule=linear,
    ),
    every=5,
)
sides = Family(
    "mlp-two-sides",
    Fit(
        two_sided(separation=1.0),
        mlp(12, 12, 1),
        epochs=18,
        batch_size=50,
        rate=0.1,
        optimizer=SGD,
        schedule=cosine,
    ),
    every=3,
)
memory = Family(
    "relu-rnn-recall",
    Fit(
        data.recall(9, 5, 1000),
        recurrent(relu_rnn, 12, 24, 5, symbols=6),
        epochs=18,
        batch_size=30,
        rate=3e-3,
        optimizer=Adam,
        schedule=cosine,
        clip=1.0,
    ),
    every=3,
)
bandits = Family("bandits", sides.fit, every=4)
"""Policies have no sound twin that is fitted; what is right about them is known without."""

FAMILIES = (shapes, waves, surface, covers, sums, squeezed, ratings, sides, memory)


shape_fit, wave_fit, surface_fit, cover_fit = shapes.fit, waves.fit, surface.fit, covers.fit
sum_fit, squeeze_fit, rating_fit, side_fit = sums.fit, squeezed.fit, ratings.fit, sides.fit
memory_fit = memory.fit
raw_covers = data.inputs_as(cover_fit.task, lambda column: 200 * column + 400)
root_of_error = replace(squeeze_fit.task, loss=data.root_of_own_loss)

NUMERICS = [
    *planted(
        faults.RATE_FAR_TOO_HIGH,
        (surface, replace(surface_fit, network=mlp(10, 24, 1), rate=1.5, schedule=constant)),
        (sums, replace(sum_fit, optimizer=nesterov, rate=20.0, schedule=linear)),
        (covers, replace(cover_fit, network=mlp(30, 7), optimizer=nesterov, rate=40.0, schedule=constant)),
    ),
    *planted(
        faults.BARE_LOG,
        (
            sides,
            replace(
                side_fit,
                task=two_sided(separation=3.0, loss=naive_binary_cross_entropy),
                rate=1.5,
                epochs=30,
                schedule=constant,
            ),
        ),
        (
            covers,
            replace(
                cover_fit,
                task=replace(cover_fit.task, loss=data.naive_cross_entropy),
                optimizer=Adam,
                rate=0.3,
                schedule=constant,
            ),
        ),
    ),
    *planted(
        faults.NAN_IN_A_BATCH,
        (shapes, replace(shape_fit, corrupt=data.nan_inputs(190))),
        (waves, replace(wave_fit, corrupt=data.nan_inputs(333))),
        (surface, replace(surface_fit, corrupt=data.nan_inputs(420))),
    ),
    *planted(
        faults.HALF_PRECISION_OVERFLOW,
        (
            surface,
            replace(
                surface_fit,
                task=data.targets_as(data.friedman(scale=20.0), torch.Tensor.half),
                network=in_half(mlp(10, 24, 24, 1)),
                optimizer=SGD,
                rate=1e-3,
                more_settings={"precision": "16-true"},
            ),
        ),
        (
            covers,
            replace(
                cover_fit,
                task=replace(cover_fit.task, loss=data.naive_cross_entropy),
                network=in_half(mlp(30, 24, 7)),
                optimizer=nesterov,
                rate=0.3,
                schedule=constant,
                more_settings={"dtype": "float16"},
            ),
        ),
    ),
    *planted(
        faults.MASKED_NAN,
        (shapes, replace(shape_fit, corrupt=data.nan_inputs(150), hide_non_finite=True)),
        (waves, replace(wave_fit, corrupt=data.nan_inputs(260), hide_non_finite=True)),
    ),
    *planted(
        faults.LOSS_SCALE_COLLAPSE,
        (
            surface,
            replace(
                surface_fit,
                task=replace(surface_fit.task, loss=data.distance_loss),
                corrupt=data.zeros_from(330),
                network=without_bias(10, 24, 1),
                loss_scaling=LossScaling(),
            ),
        ),
        (shapes, replace(shape_fit, corrupt=data.scaled_inputs_from(200, 1e5), loss_scaling=LossScaling(2.0**14))),
    ),
    *planted(
        faults.ROOT_AT_ZERO,
        (
            surface,
            replace(
                surface_fit,
                task=replace(surface_fit.task, loss=data.distance_loss),
                skip_non_finite=True,
                corrupt=data.empty_row_from(60, every=7),
                network=without_bias(10, 24, 24, 1),
            ),
        ),
        (
            squeezed,
            replace(
                squeeze_fit,
                task=root_of_error,
                skip_non_finite=True,
                corrupt=data.empty_row_from(100, every=5),
                network=autoencoder(100, 48, 12, bias=False),
            ),
        ),
        every=1,
    ),
    *planted(
        faults.NAN_IN_VALIDATION,
        (shapes, replace(shape_fit, task=data.nan_in_validation(shape_fit.task))),
        (surface, replace(surface_fit, task=data.nan_in_validation(surface_fit.task))),
        (covers, replace(cover_fit, task=data.nan_in_validation(cover_fit.task))),
    ),
]

STABILITY = [
    *planted(
        faults.RATE_TOO_HIGH,
        (
            surface,
            replace(
                surface_fit,
                network=scaled_weights(mlp(10, 1), 8.0),
                batch_size=1000,
                epochs=450,
                optimizer=partial(SGD, momentum=0.998),
                rate=6e-3,
                schedule=constant,
                evaluate_every=9,
            ),
        ),
        (covers, replace(cover_fit, optimizer=partial(SGD, momentum=0.995), rate=0.08, schedule=constant)),
    ),
    *planted(
        faults.NO_CLIPPING,
        (memory, replace(memory_fit, optimizer=partial(SGD, momentum=0.9), rate=0.015, clip=None, schedule=constant)),
        (memory, replace(memory_fit, optimizer=nesterov, rate=0.02, batch_size=20, clip=None, schedule=constant)),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (surface, replace(surface_fit, corrupt=data.scaled_targets(350, 60.0))),
        shows=spiked(350),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (covers, replace(cover_fit, corrupt=scaled_inputs(300, 500.0), optimizer=nesterov, rate=0.02)),
        shows=spiked(300),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (waves, replace(wave_fit, corrupt=scaled_inputs(340, 1000.0), optimizer=nesterov, rate=0.1, clip=None)),
        shows=spiked(340),
    ),
    *planted(
        faults.RATE_JUMP_ON_RESUME,
        (
            shapes,
            Interrupted(
                shape_fit, 240, 240, lambda fit: replace(fit, rate=0.15, schedule=constant), forget_optimizer=True
            ),
        ),
        shows=rose(241),
    ),
    *planted(
        faults.RATE_JUMP_ON_RESUME,
        (
            surface,
            Interrupted(
                surface_fit, 450, 450, lambda fit: replace(fit, rate=0.5, schedule=constant), forget_optimizer=True
            ),
        ),
        shows=rose(451),
    ),
    *planted(
        faults.STALE_SECOND_MOMENT,
        (
            covers,
            replace(
                cover_fit,
                network=mlp(30, 48, 48, 7),
                optimizer=Adam,
                rate=0.02,
                epochs=40,
                schedule=constant,
                corrupt=data.unpaired_at(500),
                more_settings={"adam_beta2": 0.999},
            ),
        ),
        (
            shapes,
            replace(
                shape_fit,
                network=mlp(100, 48, 48, 5),
                optimizer=Adam,
                rate=0.01,
                epochs=50,
                task=data.shapes(600, noise=0.05),
                schedule=constant,
                corrupt=data.unpaired_at(500),
                more_settings={"adam_beta2": 0.999},
            ),
        ),
        every=1,
    ),
    *planted(
        faults.CLIPPED_TOO_TIGHT,
        (surface, replace(surface_fit, clip=0.01)),
        (waves, replace(wave_fit, optimizer=nesterov, rate=0.1, clip=0.005)),
    ),
    *planted(
        faults.INPUTS_NOT_NORMALISED,
        (covers, replace(cover_fit, task=raw_covers)),
        (
            surface,
            replace(
                surface_fit,
                network=mlp(10, 24, 1),
                task=data.inputs_as(surface_fit.task, lambda column: 30 * column + 60),
            ),
        ),
    ),
]

OPTIMIZATION = [
    *planted(
        faults.RATE_TOO_LOW,
        (shapes, replace(shape_fit, rate=1.5e-4)),
        (surface, replace(surface_fit, rate=1e-4)),
        (sums, replace(sum_fit, rate=8e-5)),
    ),
    *planted(
        faults.RATE_NEXT_TO_NOTHING,
        (covers, replace(cover_fit, rate=2e-8)),
        (waves, replace(wave_fit, rate=1e-8)),
    ),
    *planted(
        faults.OTHER_PARAMETERS,
        (shapes, replace(shape_fit, parameters=parameters_of_a_copy)),
        (sums, replace(sum_fit, parameters=parameters_of_a_copy)),
        (surface, replace(surface_fit, parameters=parameters_of_a_copy)),
    ),
    *planted(
        faults.ALL_ZERO,
        (covers, replace(cover_fit, network=scaled_weights(cover_fit.network, 0.0))),
        (waves, replace(wave_fit, network=scaled_weights(wave_fit.network, 0.0))),
    ),
    *planted(
        faults.WEIGHTS_TOO_LARGE,
        (covers, replace(cover_fit, network=scaled_weights(cover_fit.network, 30.0))),
        (shapes, replace(shape_fit, network=scaled_weights(shape_fit.network, 30.0))),
    ),
    *planted(
        faults.DEEP_SIGMOIDS,
        (covers, replace(cover_fit, network=mlp(30, *[24] * 7, 7, activation=nn.Sigmoid), optimizer=SGD, rate=0.05)),
        (surface, replace(surface_fit, network=mlp(10, *[24] * 9, 1, activation=nn.Sigmoid))),
    ),
    *planted(
        faults.DEAD_UNITS,
        (covers, replace(cover_fit, network=dead_units(cover_fit.network))),
        (shapes, replace(shape_fit, network=dead_units(shape_fit.network))),
    ),
    *planted(
        faults.UNPAIRED_LABELS,
        (shapes, replace(shape_fit, corrupt=data.unpaired)),
        (covers, replace(cover_fit, corrupt=data.unpaired)),
    ),
    *planted(
        faults.OVER_REGULARISED,
        (shapes, replace(shape_fit, optimizer=partial(AdamW, weight_decay=60.0))),
        (waves, replace(wave_fit, optimizer=partial(RMSprop, weight_decay=0.1))),
        (covers, replace(cover_fit, network=mlp(30, 24, 24, 7, dropout=0.9), more_settings={"dropout_rate": 0.9})),
    ),
    *planted(
        faults.MODEL_TOO_SMALL,
        (
            covers,
            replace(cover_fit, network=mlp(30, 1, 7), rate=0.02, optimizer=Adam, more_settings={"hidden_units": 1}),
        ),
        (sums, replace(sum_fit, network=transformer(13, 20, width=2), more_settings={"d_model": 2})),
    ),
    *planted(
        faults.STOPPED_EARLY,
        (sums, replace(sum_fit, epochs=1, rate=1e-3, schedule=constant, evaluate_every=10)),
        (covers, replace(cover_fit, epochs=5, rate=1e-3, schedule=constant, evaluate_every=11)),
    ),
    *planted(
        faults.BATCH_TOO_LARGE,
        (shapes, replace(shape_fit, batch_size=1200, epochs=40, schedule=constant)),
        (covers, replace(cover_fit, batch_size=1400, epochs=50, schedule=constant)),
        (surface, replace(surface_fit, batch_size=1000, epochs=40, schedule=constant)),
        every=1,
    ),
]

SCHEDULE = [
    *planted(
        faults.NO_WARMUP,
        (sums, replace(sum_fit, network=transformer(13, 20, width=24, layers=2), rate=0.15, schedule=linear)),
        (sums, replace(sum_fit, rate=0.2, schedule=cosine)),
    ),
    *planted(
        faults.DECAYED_TOO_SOON,
        (shapes, replace(shape_fit, schedule=exponential(1e-11))),
        (surface, replace(surface_fit, rate=3e-3, schedule=step_decay(0.05, 0.1, 0.15))),
        (covers, replace(cover_fit, schedule=early(cosine, 8))),
    ),
    *planted(
        faults.SCHEDULE_PER_MICRO_BATCH,
        (
            shapes,
            replace(
                shape_fit,
                schedule=early(cosine, 8),
                more_settings={"accumulate_grad_batches": 8, "lr_scheduler": "cosine"},
            ),
        ),
        (
            sums,
            replace(
                sum_fit,
                schedule=early(one_cycle(0.15), 6),
                more_settings={"gradient_accumulation_steps": 6, "lr_scheduler_type": "cosine", "warmup_ratio": 0.15},
            ),
        ),
    ),
    *planted(
        faults.RANGE_TEST,
        (shapes, replace(shape_fit, rate=1e-6, schedule=exponential(1e6), epochs=16, evaluate_every=0)),
        (waves, replace(wave_fit, rate=1e-5, schedule=exponential(1e5), epochs=14, evaluate_every=0, clip=None)),
        every=1,
    ),
]

GENERALIZATION = [
    *planted(
        faults.TOO_LITTLE_DATA,
        (
            shapes,
            replace(
                shape_fit,
                task=data.few(shape_fit.task, 100),
                batch_size=20,
                epochs=70,
                optimizer=Adam,
                schedule=constant,
                network=convolutions(10, 5, 16, 32),
            ),
        ),
        (
            surface,
            replace(
                surface_fit,
                task=data.few(surface_fit.task, 50),
                batch_size=16,
                epochs=120,
                network=mlp(10, 96, 96, 1),
                optimizer=Adam,
                rate=3e-3,
                schedule=constant,
            ),
        ),
        (
            covers,
            replace(
                cover_fit,
                task=data.few(cover_fit.task, 90),
                batch_size=15,
                epochs=90,
                optimizer=Adam,
                network=mlp(30, 96, 96, 7),
                schedule=constant,
            ),
        ),
    ),
    *planted(
        faults.LABEL_NOISE,
        (
            covers,
            replace(
                cover_fit,
                task=with_wrong_labels(data.few(cover_fit.task, 500), 0.35),
                epochs=60,
                network=mlp(30, 128, 128, 7),
                optimizer=Adam,
                schedule=constant,
            ),
        ),
        (
            surface,
            replace(
                surface_fit,
                task=data.noisy_targets(data.few(surface_fit.task, 200), 1.0),
                epochs=120,
                network=mlp(10, 64, 64, 1),
                optimizer=Adam,
                rate=3e-3,
                schedule=constant,
            ),
        ),
    ),
    *planted(
        faults.VALIDATION_DIFFERS,
        (shapes, replace(shape_fit, task=data.inputs_as(shape_fit.task, lambda one: 1 - one, only_validation=True))),
        (
            covers,
            replace(cover_fit, task=data.inputs_as(cover_fit.task, lambda one: one.flip(1), only_validation=True)),
        ),
    ),
    *planted(
        faults.EASIER_VALIDATION,
        (surface, replace(surface_fit, task=data.noisy_targets(surface_fit.task, 0.5))),
        (covers, replace(cover_fit, task=with_wrong_labels(cover_fit.task, 0.25))),
    ),
    *planted(
        faults.TINY_VALIDATION,
        (
            shapes,
            replace(shape_fit, task=tiny_validation(shape_fit.task, 6), rate=0.02, schedule=constant, epochs=24),
        ),
        (
            surface,
            replace(surface_fit, task=tiny_validation(surface_fit.task, 4), rate=0.15, schedule=constant, epochs=40),
        ),
    ),
    *planted(
        faults.CLASS_IMBALANCE,
        (
            sides,
            replace(
                side_fit,
                task=two_sided(0.1, n_train=1500, separation=0.3, random_state=3),
                rate=3e-4,
                optimizer=nesterov,
                epochs=20,
                network=scaled_weights(mlp(12, 24, 1), 3.0),
                schedule=constant,
            ),
        ),
        (
            covers,
            replace(
                cover_fit,
                task=two_sided(0.08, n_train=1500, separation=0.5, random_state=4),
                rate=2e-4,
                optimizer=nesterov,
                network=scaled_weights(mlp(12, 24, 1), 3.0),
                schedule=constant,
            ),
        ),
    ),
]

DATA = [
    *planted(
        faults.SORTED_BY_CLASS,
        (surface, replace(surface_fit, task=sorted_by_class(surface_fit.task), shuffle=False)),
        (covers, replace(cover_fit, task=sorted_by_class(cover_fit.task), shuffle=False)),
    ),
    *planted(
        faults.MEMORISED_IDS,
        (
            ratings,
            replace(
                rating_fit,
                task=data.clicks(2500, 1500, 3500),
                epochs=5,
                batch_size=40,
                network=partial(FactorModel, 2500, 1500, 12),
                optimizer=Adam,
                rate=0.02,
                schedule=constant,
            ),
        ),
        every=2,
    ),
]

COLLAPSE = [
    *planted(
        faults.GAN_COLLAPSE,
        (
            squeezed,
            Adversaries(
                mlp(8, 32, 100),
                mlp(100, 128, 1),
                900,
                1e-4,
                2e-3,
                noise=8,
                batch_size=50,
                real=lambda: data.shapes().train.inputs,
            ),
        ),
    ),
    *planted(
        faults.ENTROPY_COLLAPSE,
        (bandits, PolicyGradient(12, 4, 24, 700, 0.05, 0.0, start=5.0, batch_size=48)),
    ),
    *planted(
        faults.RUNAWAY_POLICY,
        (bandits, ReferencePolicy(16, 12, 700, 0.05, 0.0, noise=0.1)),
        (bandits, ReferencePolicy(24, 8, 900, 0.03, 0.0, noise=0.05, batch_size=32)),
    ),
    *planted(
        faults.ONE_CLASS,
        (sides, replace(side_fit, task=two_sided(0.06, separation=0.3, random_state=1), rate=0.02)),
        (
            covers,
            replace(
                cover_fit,
                task=two_sided(0.04, separation=0.3, random_state=2),
                optimizer=nesterov,
                rate=2e-3,
                network=mlp(12, 20, 1),
            ),
        ),
    ),
]

LOG = [
    *planted(
        faults.OVERLAP,
        (shapes, Interrupted(shape_fit, 180, 260)),
        (sums, Interrupted(sum_fit, 200, 330)),
    ),
    *planted(
        faults.CUT_SHORT,
        (waves, wave_fit),
        (covers, cover_fit),
        damage=cut_in_a_record,
        formats=("tfevents", "json-lines"),
    ),
    *planted(
        faults.OVERWRITTEN,
        (surface, surface_fit),
        (shapes, shape_fit),
        damage=overwrite_a_block,
        formats=("tfevents", "json-lines", "lightning-csv"),
    ),
]

FAULTY = [*NUMERICS, *STABILITY, *OPTIMIZATION, *SCHEDULE, *GENERALIZATION, *DATA, *COLLAPSE, *LOG]

halved = learnt.learnt(0.5)

SOUND = [
    sound("plain", shapes, shape_fit, halved),
    sound("plain", waves, wave_fit, halved),
    sound("plain", surface, surface_fit, halved),
    sound("plain", covers, cover_fit, halved),
    sound("step-decay", covers, replace(cover_fit, schedule=step_decay(0.5, 0.75), rate=4e-3), halved),
    sound("cosine-to-zero", surface, replace(surface_fit, schedule=cosine, rate=0.02), halved),
    sound("one-cycle", shapes, replace(shape_fit, schedule=one_cycle(0.4), rate=0.01), halved),
    sound("warm-restarts", surface, replace(surface_fit, schedule=warm_restarts(3), rate=0.03), halved),
    sound("warm-up", covers, replace(cover_fit, schedule=warm_up(0.15), rate=1.5e-3), halved),
    sound(
        "dropout",
        covers,
        replace(cover_fit, network=mlp(30, 48, 7, dropout=0.25), more_settings={"p_dropout": 0.25}),
        halved,
    ),
    sound("augmented", waves, replace(wave_fit, corrupt=data.noise_after(0, 0.2)), halved),
    sound(
        "label-smoothing",
        shapes,
        replace(shape_fit, task=replace(shape_fit.task, loss=partial(functional.cross_entropy, label_smoothing=0.15))),
        learnt.learnt(0.7),
    ),
    sound(
        "batch-of-one",
        covers,
        replace(
            cover_fit,
            task=data.few(cover_fit.task, 900),
            optimizer=SGD,
            batch_size=1,
            epochs=1,
            rate=0.02,
            schedule=linear,
            evaluate_every=150,
        ),
        learnt.learnt(0.6, gap=1.8, slack=0.2),
        every=3,
    ),
    sound(
        "gan",
        squeezed,
        Adversaries(
            mlp(8, 48, 100),
            mlp(100, 32, 1),
            900,
            1e-3,
            5e-4,
            noise=8,
            batch_size=50,
            real=lambda: data.shapes().train.inputs,
        ),
        learnt.adversaries_balanced,
    ),
    sound(
        "policy-gradient",
        bandits,
        PolicyGradient(12, 4, 24, 900, 5e-3, 0.08, batch_size=48, schedule=cosine),
        learnt.policy_learnt,
    ),
    sound("policy-with-reference", bandits, ReferencePolicy(6, 16, 700, 0.03, 0.08), learnt.policy_held),
    sound(
        "diffusion",
        squeezed,
        replace(squeeze_fit, network=lambda: Denoiser(100, 128), epochs=25),
        learnt.learnt(0.8, rest=1.15),
    ),
    sound(
        "contrastive",
        shapes,
        replace(
            squeeze_fit, network=lambda: Contrast(mlp(100, 64, 12)(), group=30, noise=0.05, temperature=0.3), epochs=20
        ),
        learnt.learnt(0.8, rest=1.1),
    ),
    sound(
        "variational", squeezed, replace(squeeze_fit, network=variational(100, 64, 8, shift=0.0)), learnt.learnt(0.7)
    ),
    sound(
        "preference",
        sides,
        replace(
            side_fit, task=data.rankings(8, 6, 1000), optimizer=Adam, rate=2e-3, network=preference(8, 24, 6, beta=0.2)
        ),
        learnt.learnt(0.92, gap=1.3),
    ),
    sound(
        "parity",
        sides,
        replace(
            side_fit,
            task=data.parity(4, 12, 4000),
            network=mlp(12, 32, 1),
            optimizer=Adam,
            batch_size=50,
            rate=1e-3,
            epochs=20,
            schedule=constant,
        ),
        learnt.broke_late,
    ),
    sound("resumed", shapes, Interrupted(shape_fit, 180, 180), halved),
    sound(
        "curriculum",
        surface,
        replace(surface_fit, corrupt=data.noise_after(250, 0.2), schedule=linear),
        learnt.learnt(0.5, rest=1.15),
    ),
    sound(
        "half-precision",
        covers,
        replace(cover_fit, loss_scaling=LossScaling(2.0**15, 30), optimizer=nesterov, rate=0.02),
        learnt.scale_backed_off,
    ),
    sound("clipped-moderately", surface, replace(surface_fit, clip=0.5), halved),
    sound(
        "one-epoch",
        sums,
        replace(sum_fit, task=data.written_sums(n_train=6000), epochs=1, batch_size=16, evaluate_every=75),
        learnt.learnt(0.55),
    ),
    sound(
        "five-epochs",
        covers,
        replace(cover_fit, epochs=5, rate=6e-3, batch_size=25),
        halved,
        every=56,
        formats=("keras-csv", "lightning-csv", "json-lines", "json-records"),
    ),
    sound(
        "fine-tuned",
        shapes,
        replace(shape_fit, network=fine_tuned(replace(shape_fit, epochs=10)), rate=3e-4, epochs=6),
        learnt.learnt(1.0),
    ),
    sound(
        "large-loss",
        surface,
        replace(
            surface_fit, task=data.friedman(scale=100.0), optimizer=Adam, rate=0.05, network=mlp(10, 24, 1), epochs=40
        ),
        halved,
    ),
    sound(
        "negative-loss",
        surface,
        replace(
            surface_fit,
            optimizer=Adam,
            rate=4e-3,
            task=replace(data.friedman(scale=0.01, noise=0.5), loss=gaussian_nll),
            network=mlp(10, 16, 2),
        ),
        learnt.learnt(-1.0, gap=1.2, slack=0.2),
    ),
    sound("rare-evaluation", waves, replace(wave_fit, evaluate_every=140), halved),
    sound("epoch-averages", covers, replace(cover_fit, rate=6e-3, epochs=16), halved, formats=("keras-csv", "deepobs")),
    sound(
        "heavy-tails",
        surface,
        replace(surface_fit, task=data.heavy_tails(surface_fit.task), batch_size=8, epochs=6),
        learnt.learnt(0.9, gap=1.5),
    ),
    sound(
        "long-flat-end",
        covers,
        replace(cover_fit, network=mlp(30, 7), rate=0.05, optimizer=nesterov, epochs=40, schedule=early(cosine, 1.5)),
        learnt.learnt(0.9),
    ),
    sound(
        "small-lead",
        surface,
        replace(surface_fit, network=mlp(10, 48, 24, 1, dropout=0.05), more_settings={"dropout": 0.05}),
        halved,
    ),
]

PLANS = (*FAULTY, *SOUND)
