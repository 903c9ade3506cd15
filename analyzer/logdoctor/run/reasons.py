"""Why a series got its role, in a few words: what a user needs to know to correct a wrong guess."""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.run import naming, roles, vocabulary
from logdoctor.run.roles import Role
from logdoctor.run.series import Series

BY_NAME = "its name"
"""The reason of most; every other one is worth a look."""

TEST_AS_VALIDATION = "test as validation"
"""So common that it is said and not called a guess."""

CONFIGURED = "configured"

_TERMS = (roles.TrainComponentLoss, roles.ValComponentLoss)
_LOSSES = (roles.TrainLoss, roles.ValLoss)


def reason(series: Series) -> str:
    """Say in a few words why a series has its role, from what its name says by itself.

    `understand` also looks at the other series of the run, at the file and at the folder; where they decided, the role
    differs from the one that the name alone gives.
    """
    split = naming.split_of(series.name)
    plain = naming.role_of(series.name, series.split)
    if series.role is plain:
        return BY_NAME if naming.role_of(series.name, split) is plain else "split by its place"
    return _instead(series, naming.role_of(series.name, split or series.split))


def _instead(series: Series, plain: type[Role]) -> str:
    """Say why the role is another than the name alone promises."""
    if plain is roles.Unknown and issubclass(series.role, roles.Loss) and naming.is_bare_split(series.name):
        return "a split beside a loss"
    if (
        plain is roles.Unknown
        and series.role in (roles.TrainMetric, roles.ValMetric)
        and naming.is_bare_split(series.name)
    ):
        return "a share of a split beside a loss"
    if plain is roles.Unknown and issubclass(series.role, roles.Loss) and vocabulary.ELBO in naming.words(series.name):
        return "a bound that falls"
    if series.role is roles.PolicyLoss and issubclass(plain, roles.Loss):
        return "beside rewards"
    if series.role is roles.ValLoss and plain is roles.TestLoss:
        return TEST_AS_VALIDATION
    if series.role in _LOSSES and plain in _TERMS:
        return "a term as the loss"
    if series.role in _LOSSES and plain in (roles.TrainError, roles.ValError):
        return "an error as the loss"
    if series.role is roles.Unknown and vocabulary.SPACY_LOSS.match(series.name):
        return "a sum since the last evaluation"
    if series.role is roles.Unknown and issubclass(plain, roles.Loss):
        return "games lost"
    if series.role is roles.Unknown and plain is roles.GradNorm:
        return "a norm of weights"
    if series.role is roles.Unknown and vocabulary.R2.search(series.name):
        return "one of several numbered"
    return CONFIGURED


def _is_guess(series: Series) -> bool:
    """Tell whether more than the name decided what a series is."""
    return reason(series) not in (BY_NAME, TEST_AS_VALIDATION, CONFIGURED)


def guesses(series: Iterable[Series]) -> list[Series]:
    """Return the losses of which more than the name decided what they are."""
    return [one for one in series if issubclass(one.role, roles.Loss) and _is_guess(one)]
