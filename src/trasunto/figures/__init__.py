"""Facts drawn: one file per figure, one theme, and no number computed here that the facts do not hold.

:func:`pictures` gives every picture of a study's findings. Importing this package loads matplotlib, so it is imported
where figures are asked for; drawers are imported when they are needed.

To add a study's figures: write one file per figure with ``draw(facts, ...) -> Figure``, one function
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
    "learning-rate-momentum": "trasunto.figures.learning_rate_momentum:pictures",
    "long-run": "trasunto.figures.long_run:pictures",
    "hidden-size": "trasunto.figures.sizes:hidden_size",
    "demonstration": "trasunto.figures.demonstration:pictures",
    "loss": "trasunto.figures.loss:pictures",
    "pretraining": "trasunto.figures.pretraining:pictures",
    "good-autoencoder": "trasunto.figures.good_autoencoder:pictures",
    "depth-loss": "trasunto.figures.sizes:depth_loss",
    "depth-separation": "trasunto.figures.separation_pictures:pictures",
    "latent-loss": "trasunto.figures.sizes:latent_loss",
    "latent-separation": "trasunto.figures.separation_pictures:pictures",
    "bad-latent": "trasunto.figures.bad_latent:pictures",
}
"""Study name -> ``module:function`` that draws its findings."""


def pictures(findings: Findings) -> list[Picture]:
    """Draw everything there is to see in `findings`, in the order that a reader should see it."""
    module, _, function = PICTURES[findings.study].partition(":")
    drawn: list[Picture] = getattr(importlib.import_module(module), function)(findings)
    return drawn
