"""Facts about classifiers that start from a trained encoder, and those that do not.

Accuracies are shares (0..1) of test rows told rightly: higher is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.studies.cells import plain
from trasunto.studies.evidence import Compared, Estimate, estimate

ARMS = ("scratch", "frozen", "fine-tuned")
"""Random weights; the trained encoder, kept as it is; the trained encoder, trained on."""


@dataclass(frozen=True)
class Score:
    """The accuracy of one arm with one number of labels."""

    arm: str
    labels: int
    accuracy: Estimate


@dataclass(frozen=True, kw_only=True)
class Gain(Compared):
    """What a trained encoder adds to the accuracy (0..1) of scratch: "more" where it helps."""

    arm: str
    labels: int


@dataclass(frozen=True)
class Saving:
    """What a trained encoder is worth in labels.

    Attributes
    ----------
    labels
        How many the arm had.
    equivalent
        How many scratch would need for the same mean accuracy, read between its own points on a logarithmic axis; None
        where scratch reaches it with none of the numbers measured, or already with the fewest.
    saved
        `equivalent` minus `labels`: below 0, the arm costs labels.
    """

    arm: str
    labels: int
    equivalent: float | None
    saved: float | None


@dataclass(frozen=True)
class Facts:
    """What each arm reached with each number of labels; nothing where every seed diverged.

    Attributes
    ----------
    diverged
        Seeds left out because a network diverged with them.
    encoder_error, encoder_untrained
        Test error of the encoders' autoencoders after and before training, mean over seeds; None where not known.
    pca
        Test error of PCA with as many components as latent units; None where it was not measured.
    """

    encoder_epochs: int
    seeds: int
    scores: tuple[Score, ...]
    gains: tuple[Gain, ...]
    savings: tuple[Saving, ...]
    diverged: int = 0
    encoder_error: float | None = None
    encoder_untrained: float | None = None
    pca: float | None = None

    def of(self, arm: str) -> tuple[Score, ...]:
        """Return the scores of one arm, by number of labels."""
        return tuple(score for score in self.scores if score.arm == arm)


def measure(
    labels: Sequence[int],
    accuracy: NDArray[np.float64],
    encoder_epochs: int,
    *,
    asked: int | None = None,
    encoder: NDArray[np.float64] | None = None,
    pca: float | None = None,
) -> Facts:
    """Return the facts of accuracies (numbers of labels, arms, seeds), labels ascending and arms as in `ARMS`.

    A seed with which a classifier diverged, its accuracy NaN, is left out of all. `asked` is how many seeds there were
    before any was left out, `encoder` the encoders' test errors before and after training, (seeds, 2).
    """
    asked = accuracy.shape[2] if asked is None else asked
    accuracy = accuracy[..., np.isfinite(accuracy).all(axis=(0, 1))]
    before, after = (None, None) if encoder is None else plain(encoder.mean(axis=0))
    known = {"encoder_untrained": before, "encoder_error": after, "pca": pca}
    if not accuracy.shape[2]:
        return Facts(encoder_epochs, 0, (), (), (), diverged=asked, **known)
    return Facts(
        encoder_epochs=encoder_epochs,
        seeds=accuracy.shape[2],
        scores=tuple(
            Score(arm, count, estimate(accuracy[i, j])) for j, arm in enumerate(ARMS) for i, count in enumerate(labels)
        ),
        gains=gains_of(labels, accuracy),
        savings=tuple(
            _saving(arm, labels, accuracy[:, 0].mean(axis=1), i, float(accuracy[i, j].mean()))
            for j, arm in enumerate(ARMS[1:], start=1)
            for i in range(len(labels))
        ),
        diverged=asked - accuracy.shape[2],
        **known,
    )


def gains_of(labels: Sequence[int], accuracy: NDArray[np.float64]) -> tuple[Gain, ...]:
    """Return every trained arm against scratch, tested together."""
    pairs = [(j, i) for j in range(1, len(ARMS)) for i in range(len(labels))]
    tested = adjust(paired(accuracy[i, j], accuracy[i, 0], family=len(pairs)) for j, i in pairs)
    return tuple(
        Gain.of(difference, arm=ARMS[j], labels=labels[i]) for (j, i), difference in zip(pairs, tested, strict=True)
    )


def equivalent(labels: Sequence[int], scratch: Sequence[float] | NDArray[np.float64], accuracy: float) -> float | None:
    """Return how many labels scratch needs for `accuracy`: where its curve first gets there, or None.

    Examples
    --------
    >>> round(equivalent([10, 1000], [0.4, 0.8], 0.6))
    100
    """
    points = np.log10(np.asarray(labels, dtype=np.float64))
    reached = np.maximum.accumulate(np.asarray(scratch, dtype=np.float64))
    if not reached[0] <= accuracy <= reached[-1]:
        return None
    after = int(np.searchsorted(reached, accuracy))
    if reached[after] == accuracy or after == 0:
        return float(labels[after])
    share = (accuracy - reached[after - 1]) / (reached[after] - reached[after - 1])
    return float(10 ** (points[after - 1] + share * (points[after] - points[after - 1])))


def _saving(arm: str, labels: Sequence[int], scratch: NDArray[np.float64], i: int, accuracy: float) -> Saving:
    worth = equivalent(labels, scratch, accuracy)
    return Saving(arm, labels[i], worth, None if worth is None else worth - labels[i])
