"""The two papers: their experiments, answers and numbers, as data beside the questions.

Document A is on the MNIST images (experiments A2 to A8), document B on the card transactions (B1 to B6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answered:
    """A paper's answer to a question, and the experiments in which it asked it."""

    experiments: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Paper:
    """A paper to run again.

    Attributes
    ----------
    title
        Of the report.
    data
        Its rows, by their name in the catalogue.
    answers
        By study, in the order in which studies can use what the ones before have trained.
    reduced
        What is reduced where it is not run at its size.
    """

    title: str
    data: str
    answers: Mapping[str, Answered]
    reduced: str

    @property
    def studies(self) -> tuple[str, ...]:
        """The names of its studies."""
        return tuple(self.answers)


PAPERS: dict[str, Paper] = {
    "mnist": Paper(
        title="The MNIST autoencoder study, run again",
        data="mnist",
        answers={
            "learning-rate-momentum": Answered(
                ("A2", "A3"), "The error falls with each parameter, independently of the other; high values are best."
            ),
            "long-run": Answered(
                ("A4",), "Yes: high values stay good over 150 epochs, so both are set to 0.95 from then on."
            ),
            "hidden-size": Answered(("A5",), "64 units are too few; 256 and 512 hardly differ."),
            "demonstration": Answered(
                ("A6",),
                "Close after 10 epochs; after 100 the eye takes it for the original; details need many more.",
            ),
            "loss": Answered(
                ("A7",),
                "Cross entropy could replace the squared error and the network would go on working (not shown).",
            ),
            "pretraining": Answered(
                ("A8",), "An autoencoder normally serves to set more convenient initial weights (said, not shown)."
            ),
        },
        reduced="Reduced: all images, but fewer cells, epochs and seeds than the paper; each study's settings say "
        "which. Add --full for the paper's size.",
    ),
    "fraud": Paper(
        title="The card-fraud autoencoder study, run again",
        data="creditcard",
        answers={
            "good-autoencoder": Answered(
                ("B1",),
                "The best of those tried left 0.0152 on training and 0.0101 on test rows (94.71 % and 96.16 % "
                "accuracy), without over-fitting.",
            ),
            "depth-loss": Answered(
                ("B2",), "No direct relation: the loss depends on input and output only (argued, not measured)."
            ),
            "latent-loss": Answered(
                ("B4",), "Yes, indirectly: test losses 0.2252, 0.0909, 0.0136 and 0.0050 with 4, 8, 16 and 32 units."
            ),
            "depth-separation": Answered(
                ("B3",),
                "Yes, by looking: pictures of 3 and 5 layers are very similar, with differences at the edges.",
            ),
            "latent-separation": Answered(
                ("B5",), "Yes, by looking: the number of latent units decides how the rows are divided."
            ),
            "bad-latent": Answered(
                ("B6",),
                "Several positions are never used, but anomalies are distinguishable by their squared error.",
            ),
        },
        reduced="Reduced: all rows that are there, but fewer designs, epochs and seeds than the paper; each study's "
        "settings say which. Add --full for the paper's size.",
    ),
}
"""The papers, by the names that the command takes."""


def paper_of(study: str) -> Paper | None:
    """Return the paper that asks the question of a study, or None."""
    return next((paper for paper in PAPERS.values() if study in paper.answers), None)


HIDDEN_CLAIMS: tuple[tuple[int, int, str, str], ...] = (
    (64, 128, "64 units are too few", "more"),
    (256, 512, "256 and 512 units hardly differ", "alike"),
)
"""A5: what it says of two neighbouring sizes, and the verdict on the gap that would bear it out."""

DRAWING_ERRORS = {0: 0.233811, 10: 0.051340, 50: 0.028528, 100: 0.018116, 500: 0.006251}
"""A6: the error of its image after each epoch."""

GOOD_NETWORK = {"train": (0.0152, 0.9471), "test": (0.0101, 0.9616)}
"""B1: loss (penalties included) and accuracy on training rows and on those that it calls test."""

LATENT_LOSSES: dict[str, dict[int, float]] = {
    "test": {4: 0.2252, 8: 0.0909, 16: 0.0136, 32: 0.0050},
    "validation": {4: 0.2373, 8: 0.0981, 16: 0.0205, 32: 0.0088},
}
"""B4: losses by column, then by latent units."""

BAD_LATENT_LOSSES = (
    ("train-loss", "training", "train_loss", 0.2214),
    ("validation-loss", "validation", "test_loss", 0.4651),
)
"""B6: losses, penalties included: id, which rows, what of ours, the number."""
