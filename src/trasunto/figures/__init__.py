"""Facts drawn: one file per figure, one theme, and no number computed here that the facts do not hold.

:func:`pictures` gives every picture of a study's findings. Importing this package loads matplotlib, so it is imported
where figures are asked for; drawers are imported when they are needed.

To add a study's figures: write one file per figure with ``draw(facts, ...) -> Figure``, one module that offers
``pictures(findings) -> list[Picture]`` with their names and captions, and add its row to the table below.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from trasunto.figures.backend import load_matplotlib

if TYPE_CHECKING:
    from trasunto.figures.theme import Picture
    from trasunto.studies import Findings

__all__ = ["PICTURES", "pictures"]

load_matplotlib()  # before any drawer does

PICTURES: dict[str, str] = {
    "learning-rate-momentum": "trasunto.figures.learning_rate_momentum",
    "long-run": "trasunto.figures.long_run",
    "hidden-size": "trasunto.figures.hidden_size",
    "demonstration": "trasunto.figures.demonstration",
    "loss": "trasunto.figures.loss",
    "pretraining": "trasunto.figures.pretraining",
    "good-autoencoder": "trasunto.figures.good_autoencoder",
    "depth-loss": "trasunto.figures.depth_loss",
    "depth-separation": "trasunto.figures.depth_separation",
    "latent-loss": "trasunto.figures.latent_loss",
    "latent-separation": "trasunto.figures.latent_separation",
    "bad-latent": "trasunto.figures.bad_latent",
}
"""Study name -> module whose ``pictures(findings)`` draws it."""


def pictures(findings: Findings) -> list[Picture]:
    """Draw everything there is to see in `findings`, in the order that a reader should see it."""
    drawn: list[Picture] = importlib.import_module(PICTURES[findings.study]).pictures(findings)
    return drawn
