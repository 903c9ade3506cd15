"""The wider part, for those who write rules as development is: the faults that are hard to see, planted in many ways.

Other families than in development and test, few seeds of many recipes: networks, optimizers, batch sizes, lengths from
15 to 5,000 points and logging intervals differ more than seeds do. Train it with `--seeds 2`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tests.sample_training.data import diabetes, digits, sorted_by_class, tiny_validation, with_wrong_labels
from tests.sample_training.networks import cnn, embeddings, mlp
from tests.sample_training.policies import PolicyGradient, ReferencePolicy
from tests.sample_training.train import (
    Adversaries,
    Fit,
    Interrupted,
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
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop

from . import data, faults, learnt
from .networks import Contrast, Denoiser, dead_units, recurrent, relu_rnn, scaled_weights, transformer
from .runs import Family, planted, sound
from .schedules import early, linear, warm_up
from .symptoms import rose, spiked
from .wider_data import arm, chain, flipped, majority, motifs, rare_shells, shells, sparse, spirals, wines
from .wider_networks import reader, residual, writer

momentum = partial(SGD, momentum=0.9)
heavy = partial(SGD, momentum=0.99)
heaviest = partial(SGD, momentum=0.999)

points = Family(
    "residual-spirals",
    Fit(spirals(), residual(2, 24, 3), epochs=30, batch_size=45, rate=4e-3, optimizer=Adam, schedule=cosine),
    every=3,
)
letters = Family(
    "convolutions-motifs",
    Fit(motifs(), reader(4, 24, 4), epochs=12, batch_size=40, rate=5e-3, optimizer=AdamW, schedule=linear),
    every=2,
)
counts = Family(
    "lstm-majority",
    Fit(
        majority(),
        recurrent(nn.LSTM, 6, 20, 4, symbols=4),
        epochs=14,
        batch_size=40,
        rate=1e-2,
        optimizer=Adam,
        schedule=cosine,
    ),
    every=3,
)
text = Family(
    "transformer-chain",
    Fit(
        chain(),
        transformer(12, 16, width=32, layers=2, norm_first=False),
        epochs=9,
        batch_size=50,
        rate=4e-3,
        optimizer=AdamW,
        schedule=one_cycle(0.15),
        evaluate_every=30,
    ),
    every=1,
)
story = Family(
    "gru-chain",
    Fit(
        chain(10, 12, 1200),
        writer(nn.GRU, 10, 24),
        epochs=8,
        batch_size=30,
        rate=1e-2,
        optimizer=Adam,
        schedule=cosine,
        clip=1.0,
        evaluate_every=40,
    ),
    every=2,
)
robot = Family(
    "tanh-arm",
    Fit(arm(), mlp(3, 32, 32, 2, activation=nn.Tanh), epochs=30, batch_size=40, rate=3e-3, optimizer=RMSprop,
        schedule=cosine),
    every=5,
)  # fmt: skip
line = Family(
    "linear-sparse",
    Fit(sparse(), mlp(20, 1), epochs=60, batch_size=100, rate=0.05, optimizer=SGD),
    every=2,
)
sides = Family(
    "mlp-shells",
    Fit(shells(3000), mlp(10, 40, 1), epochs=40, batch_size=125, rate=0.1, optimizer=momentum, schedule=cosine),
    every=8,
)
vines = Family(
    "mlp-wines",
    Fit(wines(), mlp(13, 16, 3), epochs=40, batch_size=12, rate=0.02, optimizer=momentum),
    every=4,
)
images = Family(
    "cnn-digits",
    Fit(digits(900), cnn(6, batch_norm=True), epochs=15, batch_size=50, rate=5e-3, optimizer=Adam, schedule=cosine),
    every=6,
)
ratings = Family(
    "embeddings-ratings",
    Fit(
        data.clicks(50, 30, 2400, order=2),
        embeddings(80, 2, 6),
        epochs=5,
        batch_size=30,
        rate=2e-3,
        optimizer=partial(AdamW, weight_decay=0.3),
    ),
    every=4,
)
bandits = Family("bandits", vines.fit, every=5)

point_fit, letter_fit, count_fit, text_fit, story_fit = points.fit, letters.fit, counts.fit, text.fit, story.fit
robot_fit, line_fit, side_fit, vine_fit, image_fit = robot.fit, line.fit, sides.fit, vines.fit, images.fit
identity_rnn = recurrent(relu_rnn, 6, 32, 4, symbols=4)


def unclipped(fit: Fit) -> tuple[Family, Fit]:
    """Return a training without clipping and its twin: another network than the family's must have its own."""
    return Family(counts.name, replace(fit, clip=1.0), every=counts.every), fit


NUMERICS = [
    *planted(
        faults.RATE_FAR_TOO_HIGH,
        (points, replace(point_fit, optimizer=momentum, rate=8.0, schedule=constant)),
        (robot, replace(robot_fit, optimizer=momentum, rate=1.5)),
        (robot, replace(robot_fit, optimizer=Adam, rate=1.0, epochs=12)),
        (line, replace(line_fit, rate=1.2, epochs=15)),
        (line, replace(line_fit, optimizer=momentum, rate=0.9, epochs=30, batch_size=60)),
        (vines, replace(vine_fit, rate=6.0, epochs=15)),
        (vines, replace(vine_fit, optimizer=Adam, rate=2.0)),
        (images, replace(image_fit, network=cnn(6), optimizer=momentum, rate=4.0)),
        (images, replace(image_fit, network=cnn(6), rate=0.7, epochs=14)),
        (sides, replace(side_fit, rate=8.0, epochs=20)),
        (text, replace(text_fit, optimizer=momentum, rate=12.0)),
        (story, replace(story_fit, rate=3.0, clip=None)),
    ),
    *planted(
        faults.INPUTS_NOT_NORMALISED,
        (vines, replace(vine_fit, task=wines(raw=True))),
        (vines, replace(vine_fit, task=wines(raw=True), optimizer=Adam, rate=3e-3, epochs=60)),
        (images, replace(image_fit, task=data.inputs_as(image_fit.task, lambda one: (one + 0.305) * 255),
                         network=cnn(6), optimizer=momentum, rate=0.02)),
        (points, replace(point_fit, task=data.inputs_as(point_fit.task, lambda one: 300 * one + 900),
                         optimizer=momentum, rate=0.05)),
        (sides, replace(side_fit, task=data.inputs_as(side_fit.task, lambda one: 50 * one + 200))),
        (robot, replace(robot_fit, task=data.inputs_as(robot_fit.task, lambda one: 57.3 * one),
                        network=mlp(3, 32, 32, 2), optimizer=momentum, rate=0.02)),
    ),
]  # fmt: skip

STABILITY = [
    *planted(
        faults.RATE_TOO_HIGH,
        (points, replace(point_fit, network=mlp(2, 32, 32, 3), optimizer=heavy, rate=0.3, schedule=constant)),
        (robot, replace(robot_fit, optimizer=heavy, rate=0.1, schedule=constant)),
        (robot, replace(robot_fit, optimizer=Adam, rate=0.12, schedule=constant, epochs=60)),
        (sides, replace(side_fit, optimizer=heavy, rate=0.6, schedule=constant)),
        (images, replace(image_fit, network=cnn(6), optimizer=heavy, rate=0.12, schedule=constant)),
        (vines, replace(vine_fit, optimizer=heaviest, rate=0.05, epochs=60)),
        (line, replace(line_fit, network=scaled_weights(line_fit.network, 6.0), optimizer=heaviest, rate=4e-3,
                       epochs=160, batch_size=600, evaluate_every=4)),
        (line, replace(line_fit, optimizer=partial(SGD, momentum=0.995), rate=0.05, epochs=100, batch_size=300,
                       evaluate_every=8)),
        (counts, replace(count_fit, rate=0.25, schedule=constant)),
        (letters, replace(letter_fit, optimizer=heavy, rate=0.5, schedule=constant)),
    ),
    *planted(
        faults.NO_CLIPPING,
        unclipped(replace(count_fit, network=identity_rnn, optimizer=momentum, rate=0.03, schedule=constant)),
        unclipped(replace(count_fit, network=identity_rnn, optimizer=momentum, rate=0.015, epochs=24,
                          schedule=constant)),
        unclipped(replace(count_fit, task=majority(24), network=identity_rnn, optimizer=SGD, rate=0.1, batch_size=20)),
        unclipped(replace(count_fit, network=identity_rnn, rate=0.02, schedule=constant, batch_size=20)),
        unclipped(replace(count_fit, network=identity_rnn, optimizer=momentum, rate=0.05, batch_size=60, epochs=20)),
    ),
    *planted(
        faults.CORRUPTED_BATCH,
        (robot, replace(robot_fit, corrupt=data.scaled_targets(400, 60.0))),
        (sides, replace(side_fit, corrupt=data.both(scaled_inputs(400, 40), data.unpaired_at(400)))),
        (line, replace(line_fit, epochs=120, corrupt=data.scaled_targets(400, 40.0))),
        shows=spiked(400),
    ),
    *planted(
        faults.RATE_JUMP_ON_RESUME,
        (sides, Interrupted(side_fit, 480, 480, lambda fit: replace(fit, rate=3.0, schedule=constant),
                            forget_optimizer=True)),
        (points, Interrupted(point_fit, 480, 480, lambda fit: replace(fit, rate=0.1, schedule=constant),
                             forget_optimizer=True)),
        shows=rose(481),
    ),
    *planted(
        faults.CLIPPED_TOO_TIGHT,
        (sides, replace(side_fit, rate=0.05, clip=5e-3)),
        (images, replace(image_fit, optimizer=SGD, rate=0.1, clip=0.01)),
        (story, replace(story_fit, optimizer=momentum, rate=0.1, clip=0.01)),
        (robot, replace(robot_fit, optimizer=momentum, rate=0.02, clip=5e-3)),
        (vines, replace(vine_fit, clip=0.01, rate=0.01)),
    ),
]  # fmt: skip

OPTIMIZATION = [
    *planted(
        faults.RATE_TOO_LOW,
        (points, replace(point_fit, rate=6e-5)),
        (letters, replace(letter_fit, rate=8e-5)),
        (counts, replace(count_fit, rate=1.5e-4, schedule=constant)),
        (story, replace(story_fit, rate=1e-4)),
        (robot, replace(robot_fit, optimizer=momentum, rate=1e-4)),
        (line, replace(line_fit, rate=1e-3)),
        (sides, replace(side_fit, rate=1e-3)),
        (vines, replace(vine_fit, rate=2e-4)),
        (images, replace(image_fit, optimizer=SGD, rate=1e-3, network=cnn(6))),
        (text, replace(text_fit, rate=1e-5, schedule=constant)),
    ),
    *planted(
        faults.BATCH_TOO_LARGE,
        (points, replace(point_fit, batch_size=900, epochs=40)),
        (sides, replace(side_fit, batch_size=1200, epochs=30, rate=0.05)),
        (images, replace(image_fit, batch_size=900, epochs=25, rate=1e-3)),
        every=1,
    ),
    *planted(
        faults.OTHER_PARAMETERS,
        (points, replace(point_fit, parameters=parameters_of_a_copy)),
        (letters, replace(letter_fit, parameters=parameters_of_a_copy)),
        (robot, replace(robot_fit, parameters=parameters_of_a_copy)),
        (vines, replace(vine_fit, parameters=parameters_of_a_copy, epochs=15)),
    ),
    *planted(
        faults.RATE_NEXT_TO_NOTHING,
        (sides, replace(side_fit, rate=1e-8)),
        (story, replace(story_fit, rate=1e-8)),
        (vines, replace(vine_fit, rate=1e-8, epochs=15)),
    ),
    *planted(
        faults.ALL_ZERO,
        (letters, replace(letter_fit, network=scaled_weights(reader(4, 24, 4, batch_norm=False), 0.0))),
        (counts, replace(count_fit, network=scaled_weights(count_fit.network, 0.0))),
        (vines, replace(vine_fit, network=scaled_weights(vine_fit.network, 0.0))),
    ),
    *planted(
        faults.DEAD_UNITS,
        (robot, replace(robot_fit, network=dead_units(mlp(3, 32, 32, 2)))),
        (sides, replace(side_fit, network=dead_units(side_fit.network))),
        (images, replace(image_fit, network=dead_units(mlp(64, 32, 32, 10)), optimizer=momentum, rate=0.05)),
        (vines, replace(vine_fit, network=dead_units(vine_fit.network))),
    ),
    *planted(
        faults.UNPAIRED_LABELS,
        (letters, replace(letter_fit, corrupt=data.unpaired)),
        (images, replace(image_fit, corrupt=data.unpaired)),
        (sides, replace(side_fit, corrupt=data.unpaired)),
        (points, replace(point_fit, corrupt=data.unpaired, epochs=15)),
    ),
    *planted(
        faults.DEEP_SIGMOIDS,
        (images, replace(image_fit, network=mlp(64, *[24] * 7, 10, activation=nn.Sigmoid), optimizer=momentum,
                         rate=0.05)),
        (vines, replace(vine_fit, network=mlp(13, *[12] * 8, 3, activation=nn.Sigmoid))),
        (robot, replace(robot_fit, network=mlp(3, *[24] * 9, 2, activation=nn.Sigmoid), optimizer=momentum,
                        rate=0.02)),
    ),
    *planted(
        faults.WEIGHTS_TOO_LARGE,
        (sides, replace(side_fit, network=scaled_weights(side_fit.network, 30.0), rate=1e-3)),
        (letters, replace(letter_fit, network=scaled_weights(reader(4, 24, 4, batch_norm=False), 30.0), rate=1e-3)),
        (images, replace(image_fit, network=scaled_weights(cnn(6), 30.0), rate=1e-3)),
        (vines, replace(vine_fit, network=scaled_weights(vine_fit.network, 30.0), rate=1e-3)),
    ),
    *planted(
        faults.OVER_REGULARISED,
        (points, replace(point_fit, optimizer=partial(AdamW, weight_decay=30.0))),
        (sides, replace(side_fit, optimizer=partial(SGD, momentum=0.9, weight_decay=0.1))),
        (images, replace(image_fit, network=mlp(64, 48, 10, dropout=0.95), rate=3e-3, more_settings={"dropout": 0.95})),
        (robot, replace(robot_fit, optimizer=partial(AdamW, weight_decay=60.0))),
        (story, replace(story_fit, optimizer=partial(AdamW, weight_decay=20.0))),
    ),
    *planted(
        faults.MODEL_TOO_SMALL,
        (points, replace(point_fit, network=mlp(2, 2, 3), rate=0.02, epochs=40, more_settings={"hidden_size": 2})),
        (sides, replace(side_fit, network=mlp(10, 2, 1), more_settings={"hidden_size": 2})),
        (robot, replace(robot_fit, network=mlp(3, 1, 2, activation=nn.Tanh), more_settings={"hidden_size": 1})),
        (images, replace(image_fit, network=mlp(64, 2, 10), rate=0.02, epochs=30, more_settings={"hidden_size": 2})),
    ),
    *planted(
        faults.STOPPED_EARLY,
        (points, replace(point_fit, epochs=5, schedule=constant, rate=2e-3, evaluate_every=10)),
        (counts, replace(count_fit, epochs=3, schedule=constant, rate=5e-3, evaluate_every=10)),
        (robot, replace(robot_fit, epochs=4, schedule=constant, rate=1e-3, evaluate_every=10)),
        every=1,
    ),
]  # fmt: skip

SCHEDULE = [
    *planted(
        faults.NO_WARMUP,
        (text, replace(text_fit, rate=0.2, schedule=cosine)),
        (text, replace(text_fit, rate=0.25, schedule=linear)),
        (text, replace(text_fit, rate=0.2, schedule=constant, epochs=7)),
        (text, replace(text_fit, rate=0.3, schedule=exponential(0.01), epochs=14)),
        (text, replace(text_fit, network=transformer(12, 16, width=24), rate=0.3, schedule=linear)),
        (text, replace(text_fit, optimizer=RMSprop, rate=0.03, schedule=linear)),
        (story, replace(story_fit, rate=0.5, schedule=exponential(0.01), clip=None)),
        (story, replace(story_fit, rate=0.3, schedule=linear, clip=None, epochs=5)),
    ),
    *planted(
        faults.NO_WARMUP,
        (text, replace(text_fit, rate=0.2, schedule=cosine, epochs=12)),
        (text, replace(text_fit, rate=0.2, schedule=exponential(3e-3), epochs=14, batch_size=30)),
        (letters, replace(letter_fit, network=reader(4, 24, 4, batch_norm=False), rate=0.3,
                          schedule=exponential(3e-3), epochs=20)),
        (counts, replace(count_fit, rate=0.3, schedule=exponential(3e-3), epochs=20)),
        every=4,
    ),
    *planted(
        faults.DECAYED_TOO_SOON,
        (points, replace(point_fit, schedule=exponential(1e-9))),
        (counts, replace(count_fit, schedule=step_decay(0.08, 0.16))),
        (robot, replace(robot_fit, schedule=early(cosine, 8))),
        (sides, replace(side_fit, schedule=step_decay(0.03, 0.06, 0.1))),
        (letters, replace(letter_fit, schedule=early(linear, 12))),
        (story, replace(story_fit, schedule=exponential(1e-8))),
    ),
    *planted(
        faults.SCHEDULE_PER_MICRO_BATCH,
        (points, replace(point_fit, schedule=early(linear, 8),
                         more_settings={"gradient_accumulation_steps": 8, "lr_scheduler_type": "linear"})),
        (story, replace(story_fit, schedule=early(one_cycle(0.1), 8),
                        more_settings={"gradient_accumulation_steps": 8, "lr_scheduler_type": "cosine"})),
    ),
]  # fmt: skip

GENERALIZATION = [
    *planted(
        faults.TOO_LITTLE_DATA,
        (points, replace(point_fit, task=data.few(spirals(noise=0.2), 60), rate=2e-3, batch_size=15, epochs=60,
                         schedule=constant)),
        (letters, replace(letter_fit, task=data.few(letter_fit.task, 80), epochs=60, batch_size=20, schedule=constant)),
        (story, replace(story_fit, task=data.few(story_fit.task, 60), epochs=60, batch_size=20, evaluate_every=15,
                        schedule=constant)),
        (sides, replace(side_fit, task=data.few(side_fit.task, 100), network=mlp(10, 80, 80, 1), optimizer=Adam,
                        rate=2e-3, batch_size=20, epochs=80, schedule=constant)),
        (vines, replace(vine_fit, task=with_wrong_labels(wines(40), 0.3), network=mlp(13, 64, 64, 3), optimizer=Adam,
                        rate=3e-3, epochs=50)),
    ),
    *planted(
        faults.LABEL_NOISE,
        (images, replace(image_fit, task=with_wrong_labels(data.few(image_fit.task, 300), 0.4), epochs=30,
                         network=mlp(64, 96, 96, 10), rate=2e-3, schedule=constant)),
        (letters, replace(letter_fit, task=with_wrong_labels(letter_fit.task, 0.4), epochs=40, schedule=constant)),
        (images, replace(image_fit, task=with_wrong_labels(image_fit.task, 0.4), epochs=16, network=cnn(16),
                         schedule=constant)),
    ),
    *planted(
        faults.VALIDATION_DIFFERS,
        (points, replace(point_fit, task=data.inputs_as(point_fit.task, lambda one: one * 1.5 + 0.3,
                                                        only_validation=True))),
        (images, replace(image_fit, task=data.inputs_as(image_fit.task, lambda one: (one + 0.305) * 6,
                                                        only_validation=True))),
    ),
    *planted(
        faults.EASIER_VALIDATION,
        (letters, replace(letter_fit, task=with_wrong_labels(letter_fit.task, 0.3), epochs=8)),
        (images, replace(image_fit, task=with_wrong_labels(image_fit.task, 0.2), network=mlp(64, 16, 10))),
        (sides, replace(side_fit, task=flipped(side_fit.task, 0.2), network=mlp(10, 16, 1), rate=0.03)),
        (robot, replace(robot_fit, task=data.noisy_targets(robot_fit.task, 0.7))),
        (line, replace(line_fit, task=data.noisy_targets(line_fit.task, 1.5))),
        (points, replace(point_fit, task=data.validation_of_classes(with_wrong_labels(point_fit.task, 0.2), (0,)))),
        (images, replace(image_fit, task=data.validation_of_classes(image_fit.task, (0, 6)), network=mlp(64, 6, 10),
                         optimizer=momentum, rate=0.01)),
        (counts, replace(count_fit, task=with_wrong_labels(count_fit.task, 0.25))),
    ),
    *planted(
        faults.TINY_VALIDATION,
        (points, replace(point_fit, task=tiny_validation(point_fit.task, 4), schedule=constant, rate=0.01)),
        (sides, replace(side_fit, task=tiny_validation(side_fit.task, 5), rate=0.2, schedule=constant)),
        (robot, replace(robot_fit, task=tiny_validation(robot_fit.task, 2), rate=0.01, schedule=constant)),
        (images, replace(image_fit, task=tiny_validation(image_fit.task, 4), rate=0.01, epochs=20, schedule=constant)),
        (letters, replace(letter_fit, task=tiny_validation(letter_fit.task, 4), epochs=16, schedule=constant)),
        (vines, replace(vine_fit, task=tiny_validation(wines(), 3), rate=0.1)),
    ),
]  # fmt: skip

DATA = [
    *planted(
        faults.SORTED_BY_CLASS,
        (letters, replace(letter_fit, task=sorted_by_class(letter_fit.task), shuffle=False)),
        (images, replace(image_fit, task=sorted_by_class(image_fit.task), network=cnn(6), optimizer=SGD, rate=0.05,
                         shuffle=False)),
        (sides, replace(side_fit, task=sorted_by_class(side_fit.task), shuffle=False, epochs=20)),
        (vines, replace(vine_fit, task=sorted_by_class(wines()), shuffle=False, batch_size=6, epochs=25)),
        (points, replace(point_fit, task=sorted_by_class(point_fit.task), shuffle=False, optimizer=SGD, rate=0.02)),
        every=1,
    ),
    *planted(
        faults.MEMORISED_IDS,
        (ratings, replace(ratings.fit, task=data.clicks(3000, 2500, 4000), network=embeddings(5500, 2, 16),
                          optimizer=Adam, rate=4e-3, epochs=4)),
        (ratings, replace(ratings.fit, task=data.clicks(2000, 2000, 3000), network=embeddings(4000, 2, 24),
                          optimizer=Adam, rate=3e-3, epochs=6, batch_size=25)),
        (ratings, replace(ratings.fit, task=data.clicks(4000, 50, 4000), network=embeddings(4050, 2, 16),
                          optimizer=Adam, rate=5e-3, epochs=5, batch_size=40)),
        (ratings, replace(ratings.fit, task=data.clicks(5000, 4000, 5000), network=embeddings(9000, 2, 32),
                          optimizer=Adagrad, rate=0.1, epochs=3, batch_size=25)),
    ),
]  # fmt: skip

COLLAPSE = [
    *planted(
        faults.ENTROPY_COLLAPSE,
        (bandits, PolicyGradient(6, 5, 24, 600, 0.05, 0.0, start=3.5)),
        (bandits, PolicyGradient(10, 8, 48, 1000, 0.03, 0.0, start=3.5)),
        (bandits, PolicyGradient(8, 4, 16, 500, 0.1, 0.0, start=3.0)),
        (bandits, PolicyGradient(12, 6, 32, 1500, 0.05, 0.0, start=3.0, decoy=0.6)),
        (bandits, PolicyGradient(8, 10, 32, 800, 0.05, 0.0, start=4.0, batch_size=32, noise=0.5)),
        (bandits, PolicyGradient(5, 5, 32, 400, 0.2, 0.0, start=3.0, batch_size=16)),
    ),
    *planted(
        faults.RUNAWAY_POLICY,
        (bandits, ReferencePolicy(20, 12, 800, 0.03, 0.0)),
        (bandits, ReferencePolicy(30, 8, 600, 0.05, 1e-4)),
        (bandits, ReferencePolicy(16, 16, 1000, 0.1, 0.0, batch_size=32)),
    ),
    *planted(
        faults.ONE_CLASS,
        (sides, replace(side_fit, task=rare_shells(0.04), rate=2e-3)),
        (sides, replace(side_fit, task=rare_shells(0.07), optimizer=Adam, rate=2e-4, schedule=constant)),
        (sides, replace(side_fit, task=rare_shells(0.03), rate=1e-3, epochs=16)),
    ),
]  # fmt: skip

FAULTY = [*NUMERICS, *STABILITY, *OPTIMIZATION, *SCHEDULE, *GENERALIZATION, *DATA, *COLLAPSE]

halved = learnt.learnt(0.5, slack=0.12)
half_learnt = learnt.learnt(0.8, gap=1.6, slack=0.1)

SOUND = [
    sound("plain", points, point_fit, halved),
    sound("plain", letters, letter_fit, halved),
    sound("plain", counts, count_fit, halved),
    sound("plain", text, text_fit, half_learnt),
    sound("plain", story, story_fit, half_learnt),
    sound("plain", robot, robot_fit, halved),
    sound("plain", line, line_fit, half_learnt),
    sound("plain", sides, side_fit, halved),
    sound("plain", vines, vine_fit, halved),
    sound("plain", images, image_fit, halved),
    sound("plain", ratings, ratings.fit, learnt.learnt(0.97)),
    sound("constant-rate", points, replace(point_fit, schedule=constant, rate=2e-3), halved),
    sound("constant-rate", counts, replace(count_fit, schedule=constant, rate=5e-3, epochs=20), halved),
    sound("constant-rate", sides, replace(side_fit, schedule=constant, rate=0.05), halved),
    sound("constant-rate", letters, replace(letter_fit, schedule=constant, rate=2e-3), halved),
    sound("no-warm-up", text, replace(text_fit, rate=1.5e-3, schedule=constant), half_learnt),
    sound("no-warm-up", story, replace(story_fit, rate=2e-2, schedule=linear), half_learnt),
    sound("no-warm-up", points, replace(point_fit, rate=2e-2, schedule=cosine), halved),
    sound("no-warm-up", images, replace(image_fit, rate=2e-2, schedule=linear), halved, every=1),
    sound("warm-up", points, replace(point_fit, schedule=warm_up(0.05), rate=3e-3), halved),
    sound("warm-up", text, replace(text_fit, schedule=one_cycle(0.03), rate=3e-3), half_learnt),
    sound("high-rate", sides, replace(side_fit, optimizer=SGD, rate=0.8, epochs=60), halved),
    sound("high-rate", line, replace(line_fit, rate=0.25), half_learnt),
    sound("high-momentum", robot, replace(robot_fit, optimizer=partial(SGD, momentum=0.98), rate=0.01), halved),
    sound("step-decay", sides, replace(side_fit, schedule=step_decay(0.5, 0.8)), halved),
    sound("step-decay", letters, replace(letter_fit, schedule=step_decay(0.4, 0.7), rate=1e-2), halved),
    sound("one-cycle", robot, replace(robot_fit, optimizer=momentum, schedule=one_cycle(), rate=0.15), halved),
    sound("one-cycle", images, replace(image_fit, optimizer=momentum, schedule=one_cycle(), rate=0.3), halved),
    sound("warm-restarts", sides, replace(side_fit, schedule=warm_restarts(3), rate=0.15), halved),
    sound("warm-restarts", points, replace(point_fit, schedule=warm_restarts(5)), halved),
    sound("dropout", points, replace(point_fit, network=residual(2, 48, 3, dropout=0.2), epochs=40,
                                     more_settings={"dropout": 0.2}), halved),
    sound("dropout", images, replace(image_fit, network=mlp(64, 96, 10, dropout=0.4), rate=3e-3, epochs=25), halved),
    sound("dropout", sides, replace(side_fit, network=mlp(10, 64, 64, 1, dropout=0.25), optimizer=Adam, rate=3e-3),
          halved),
    sound("augmented", images, replace(image_fit, corrupt=data.noise_after(0, 0.3)), halved),
    sound("augmented", points, replace(point_fit, corrupt=data.noise_after(0, 0.15)), halved),
    sound("label-smoothing", letters,
          replace(letter_fit, task=replace(letter_fit.task, loss=partial(functional.cross_entropy,
                                                                         label_smoothing=0.1))), halved),
    sound("batch-of-one", vines, replace(vine_fit, optimizer=SGD, rate=0.02, batch_size=1, epochs=15),
          learnt.learnt(0.5, gap=2.5, slack=0.2), every=1),
    sound("batch-of-two", robot, replace(robot_fit, optimizer=SGD, rate=0.01, batch_size=2, epochs=10),
          learnt.learnt(0.5, gap=2.0, slack=0.2), every=1),
    sound("small-batches", counts, replace(count_fit, batch_size=8, epochs=6, rate=3e-3), halved, every=1),
    sound("noisy-batches", letters, replace(letter_fit, batch_size=8, epochs=6, rate=2e-3), halved, every=1),
    sound("full-batch", line, replace(line_fit, batch_size=600, epochs=200, rate=0.1, evaluate_every=10),
          half_learnt, every=1),
    sound("full-batch", points, replace(point_fit, batch_size=900, epochs=400, evaluate_every=20), halved, every=1),
    sound("twelve-epochs", images, replace(image_fit, epochs=12), halved, formats=("keras-csv", "deepobs")),
    sound("fifteen-epochs", sides, replace(side_fit, epochs=15), halved, formats=("keras-csv", "deepobs")),
    sound("fifteen-epochs", letters, replace(letter_fit, epochs=15, rate=3e-3), halved, formats=("keras-csv",)),
    sound("one-epoch", story, replace(story_fit, task=chain(10, 12, 6000), epochs=1, batch_size=16,
                                      evaluate_every=50), half_learnt),
    sound("one-epoch", ratings, replace(ratings.fit, task=data.clicks(50, 30, 12000), epochs=1),
          learnt.learnt(0.97)),
    sound("noisy-labels", sides, replace(side_fit, task=flipped(side_fit.task, 0.04), epochs=20,
                                         network=mlp(10, 16, 1), rate=0.05), learnt.learnt(0.7)),
    sound("long-flat-end", line, replace(line_fit, batch_size=100, epochs=400), half_learnt, every=6),
    sound("long", robot, replace(robot_fit, optimizer=Adam, rate=1e-3, batch_size=10, epochs=50), halved, every=1),
    sound("large-loss", robot, replace(robot_fit, task=arm(scale=40.0), optimizer=Adam, rate=2e-2, epochs=60), halved),
    sound("heavy-tails", robot, replace(robot_fit, task=data.heavy_tails(robot_fit.task), batch_size=10, epochs=10),
          learnt.learnt(0.9, gap=1.5)),
    sound("curriculum", points, replace(point_fit, corrupt=data.noise_after(250, 0.15)),
          learnt.learnt(0.6, rest=1.3, slack=0.15)),
    sound("resumed", sides, Interrupted(side_fit, 480, 480), halved),
    sound("resumed", story, Interrupted(story_fit, 160, 160), half_learnt),
    sound("fine-tuned", images, replace(image_fit, network=fine_tuned(replace(image_fit, epochs=4)), rate=5e-4,
                                        epochs=6), learnt.learnt(0.9), every=2),
    sound("fine-tuned", text, replace(text_fit, network=fine_tuned(replace(text_fit, epochs=5)), rate=3e-4, epochs=3,
                                      schedule=linear), learnt.learnt(1.05)),
    sound("diffusion", points, replace(point_fit, task=data.self_taught(point_fit.task),
                                       network=lambda: Denoiser(2, 64), rate=3e-3, epochs=40),
          learnt.learnt(0.8, rest=1.2)),
    sound("contrastive", images, replace(image_fit, task=data.self_taught(image_fit.task), batch_size=60,
                                         network=lambda: Contrast(mlp(64, 48, 12)(), group=60, noise=0.2,
                                                                  temperature=0.3), epochs=20),
          learnt.learnt(0.8, rest=1.1)),
    sound("parity", sides, replace(side_fit, task=data.parity(3, 10, 2000), network=mlp(10, 64, 1), optimizer=Adam,
                                   batch_size=50, rate=8e-4, epochs=30, schedule=constant), learnt.broke_late),
    sound("gan", bandits, Adversaries(mlp(8, 48, 2), mlp(2, 48, 1), 900, 1e-3, 1e-3, noise=8,
                                      real=lambda: spirals().train.inputs), learnt.adversaries_balanced),
    sound("policy-gradient", bandits, PolicyGradient(6, 4, 24, 900, 4e-3, 0.12), learnt.policy_learnt),
    sound("policy-gradient", bandits, PolicyGradient(4, 5, 32, 700, 3e-3, 0.1, batch_size=128, schedule=linear),
          learnt.policy_learnt),
    sound("policy-with-reference", bandits, ReferencePolicy(12, 8, 700, 0.02, 0.02), learnt.policy_held),
    sound("clipped-moderately", counts, replace(count_fit, clip=0.5), halved),
    sound("clipped-moderately", text, replace(text_fit, clip=0.3), half_learnt),
    sound("rare-evaluation", robot, replace(robot_fit, evaluate_every=150), halved),
    sound("regression", line, replace(line_fit, task=diabetes(), network=mlp(10, 1), rate=0.03), learnt.learnt(0.8)),
    sound("adagrad", sides, replace(side_fit, optimizer=Adagrad, rate=0.1, schedule=constant), halved),
]  # fmt: skip

PLANS = (*FAULTY, *SOUND)
