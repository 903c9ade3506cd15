"""Why a series got its role, in a few words that help a user to correct a wrong guess."""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.run import naming, roles, vocabulary
from logdoctor.run.roles import Role
from logdoctor.run.running_totals import is_running_total
from logdoctor.run.series import Series, Split

BY_NAME = "its name"
"""The usual reason; any other deserves a look."""

TEST_AS_VALIDATION = "test as validation"
"""So common that it is mentioned, but not called a guess."""

CONFIGURED = "configured"

_TERMS = (roles.TrainComponentLoss, roles.ValComponentLoss)
_LOSSES = (roles.TrainLoss, roles.ValLoss)


def reason(series: Series) -> str:
    """Say in a few words why a series has its role.

    `understand` also considers the other series of the run, the file and the folder; where they decided, the role
    differs from the one that the name alone gives.
    """
    split = naming.split_of(series.name)
    plain = naming.role_of(series.name, series.split)
    if series.role is plain:
        return BY_NAME if naming.role_of(series.name, split) is plain else "split by its place"
    return _instead(series, naming.role_of(series.name, split or series.split))


def _instead(series: Series, plain: type[Role]) -> str:
    """Say why the role differs from what the name alone suggests; the first reason that holds."""
    name, role = series.name, series.role
    unnamed, is_loss, was_loss = plain is roles.Unknown, issubclass(role, roles.Loss), issubclass(plain, roles.Loss)
    bare = unnamed and naming.is_bare_split(name)
    is_main, unknown = role in _LOSSES, role is roles.Unknown
    first_set = naming.split_of(name).is_held_out and series.split is Split.TRAIN
    reasons = (
        (first_set, "the first of several sets"),
        (bare and is_loss, "a split beside a loss"),
        (unnamed and is_loss and naming.is_sum_of_split(name), "the sum of a split's terms"),
        (bare and role in (roles.TrainMetric, roles.ValMetric), "a share of a split beside a loss"),
        (unnamed and is_loss and vocabulary.ELBO in naming.words(name), "a bound that falls"),
        (role is roles.PolicyLoss and was_loss, "beside rewards"),
        (role is roles.ValLoss and plain is roles.TestLoss, TEST_AS_VALIDATION),
        (is_main and plain in _TERMS, "a term as the loss"),
        (is_main and plain in (roles.TrainError, roles.ValError), "an error as the loss"),
        (unknown and vocabulary.SPACY_LOSS.match(name), "a sum since the last evaluation"),
        (unknown and name in vocabulary.DEEPXDE, "the training loss again"),
        (unknown and was_loss and is_running_total(series), "a sum since the beginning"),
        (unknown and was_loss, "games lost"),
        (unknown and plain is roles.GradNorm, "a norm of weights"),
        (unknown and vocabulary.R2.search(name), "one of several numbered"),
    )
    return next((text for holds, text in reasons if holds), CONFIGURED)


def _is_guess(series: Series) -> bool:
    """Tell whether something other than the name decided the role of a series."""
    return reason(series) not in (BY_NAME, TEST_AS_VALIDATION, CONFIGURED)


def guesses(series: Iterable[Series]) -> list[Series]:
    """Return the losses whose role is a guess."""
    return [one for one in series if issubclass(one.role, roles.Loss) and _is_guess(one)]
