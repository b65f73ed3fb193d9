"""Outcome of a network's training, as a word and a sentence, judged from its losses alone.

Training with a store and without one, a run read again, the cells of a study and the tools that training is logged to
all ask here, so that they cannot say different things of the same curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from trasunto.spec import Recipe, Stopping

if TYPE_CHECKING:
    from trasunto.cohort.plan import Job

TRAINING, FINISHED, STOPPED, STALLED, DIVERGED, DAMAGED = (
    "training",
    "finished",
    "stopped",
    "stalled",
    "diverged",
    "damaged",
)

FAILED = (STALLED, DIVERGED)
"""The words for a network that is no better than it was before training."""

MEASURES = ("test_loss", "validation_loss", "train_loss")
"""Losses that say whether training was of use. Before it, that of training rows is known only without others."""

ROSE = 2.0
"""A loss that ends above so many times its first value has risen, whatever it was measured with."""

NOISE = 0.1
"""By what share dropout, corruption and draws may lift a training loss above the first one, measured without them."""

ROUNDING = 1e-5
"""By what share the training losses of equal weights may differ, since their rows are added up in another order."""

_RISEN = "risen from"

Curve = Mapping[tuple[int, str], float]
"""Values by (epoch, metric)."""


class Outcome(NamedTuple):
    """A status (one of the words above) and the sentence that explains it."""

    status: str
    reason: str


def settings_of(recipe: Recipe, seed: int) -> str:
    """Say which member is meant, as people do: by the numbers that they chose."""
    numbers = {name: recipe.numbers[name] for name in ("learning_rate", "momentum") if name in recipe.numbers}
    return ", ".join([*(f"{name} {value:g}" for name, value in numbers.items()), f"seed {seed}"])


def verdict(before: float, after: float, margin: float = 0.0) -> str:
    """Return "finished", "stalled" or "diverged" for a loss before and after training.

    Parameters
    ----------
    margin
        By what share `after` may be above `before` and still count as lower, or, negative, must be below it.

    Examples
    --------
    >>> verdict(0.5, 0.1), verdict(0.5, 0.5), verdict(0.5, float("nan"))
    ('finished', 'stalled', 'diverged')
    """
    if not math.isfinite(after):
        return DIVERGED
    # An error of exactly 0 cannot fall any further.
    return FINISHED if after == 0 or after < before * (1 + margin) else STALLED


def diverged(recipe: Recipe, seed: int, epoch: int) -> Outcome:
    """Return the outcome of a member whose loss or weights stopped being finite in `epoch`."""
    return Outcome(DIVERGED, f"the loss was no longer finite in epoch {epoch} ({settings_of(recipe, seed)})")


def stopped(recipe: Recipe, seed: int, epoch: int, reason: str = "by a rule of the request") -> Outcome:
    """Return the outcome of a member whose training a rule ended after `epoch`."""
    return Outcome(STOPPED, f"stopped after epoch {epoch}: {reason} ({settings_of(recipe, seed)})")


def judge_stopped(recipe: Recipe, seed: int, past: Sequence[float], stopping: Stopping, watched: str) -> Outcome:
    """Judge a training that a rule ended: stalled where the loss that it watches rose and was never below its first.

    Parameters
    ----------
    past
        The loss `watched`, by epoch from 0 to where the rule ends.
    """
    last, before = len(past) - 1, past[0]
    if math.isfinite(before) and min(past) >= before and past[-1] > ROSE * before:
        return Outcome(STALLED, _no_better(watched, last, before, past[-1], settings_of(recipe, seed)))
    return stopped(recipe, seed, last, stopping.reason(past, watched))


def judge(recipe: Recipe, seed: int, curve: Curve, last: int, wanted: int, *, given: bool = False) -> Outcome:
    """Judge a curve that ends at epoch `last` where `wanted` were asked for.

    Parameters
    ----------
    curve
        Epoch 0 and epoch `last` at least; the first of `MEASURES` that is known before training decides.
    given
        Whether training went on from given weights: they may be as good as can be, and only a rise counts then.
    """
    if last < wanted:
        return Outcome(TRAINING, f"{last} of {wanted} epochs are done")
    finished = Outcome(FINISHED, f"trained for {last} epochs")
    measure = next((name for name in MEASURES if (0, name) in curve), "")
    before, after = curve.get((0, measure), math.nan), curve.get((last, measure))
    if not last or after is None or not math.isfinite(before):
        return finished
    if verdict(before, after, _margin(recipe, measure, last, given)) == FINISHED:
        return finished
    # Even where the loss overflows: what was trained on left finite weights, with which training can go on.
    return Outcome(STALLED, _no_better(measure, last, before, after, settings_of(recipe, seed), given=given))


def judge_job(
    job: Job,
    epoch: int,
    curve: Curve,
    *,
    broke: bool,
    ruled: bool,
    past: Sequence[float] | None = None,
    given: bool = False,
) -> Outcome:
    """Judge a network after an epoch of its chunk.

    Parameters
    ----------
    curve, given
        As `judge` takes them.
    broke, ruled
        Whether its loss or weights stopped being finite in this epoch, and whether a rule stopped it after it.
    past
        The loss that a rule watches, by epoch; without it, that a rule ended the training is all that is said.
    """
    if broke:
        return diverged(job.recipe, job.seed, epoch)
    if not ruled:
        return judge(job.recipe, job.seed, curve, epoch, job.last, given=given)
    if past is None or job.stopping is None:
        return stopped(job.recipe, job.seed, epoch)
    return judge_stopped(job.recipe, job.seed, past, job.stopping, job.monitored)


def is_worse(outcome: Outcome) -> bool:
    """Say whether training did harm: the loss rose far above its first value, or was no longer finite."""
    return outcome.status == DIVERGED or (outcome.status == STALLED and _RISEN in outcome.reason)


def advice(outcome: Outcome) -> str:
    """Return what would do about a training that failed so."""
    if is_worse(outcome):
        return "choose a smaller learning rate, or scale the rows"
    return "choose another learning rate, more epochs or another network"


def _margin(recipe: Recipe, measure: str, last: int, given: bool) -> float:
    """Return how far above its first value a loss may end, as a share of it.

    Held-out rows are measured alike before and after. A training loss is the mean over an epoch of what each minibatch
    left before its step, with dropout, corruption and draws on: after one epoch of one minibatch it is the untrained
    network's.
    """
    if given:
        return ROSE - 1
    if measure != "train_loss":
        return 0.0
    network = recipe.network
    if recipe.corruption or network.encoder[-1].variational or any(layer.drop for layer in network.layers):
        return NOISE
    return ROUNDING if last == 1 else -ROUNDING


def _no_better(measure: str, last: int, before: float, after: float, settings: str, *, given: bool = False) -> str:
    epochs = "1 epoch" if last == 1 else f"{last} epochs"
    how = _RISEN if after > ROSE * before else "not below"
    first = "that of the weights it began with," if given else "the untrained network's"
    return f"after {epochs} the {measure} is {after:.4g}, {how} {first} {before:.4g} ({settings})"
