"""What could be chosen, and what was tried around it afterwards."""

from __future__ import annotations

from typing import Any, NamedTuple

from trasunto import Recipe

CORRUPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"corruption": "gaussian", "noise": 0.5},
    {"corruption": "swap", "noise": 0.3},
)
SHAPES = ((256, 16), (256, 8), (256, 4), (128, 16))
"""Width of the hidden layers, and of the latent one."""
SCORES = ("mse", "standardised", "mahalanobis")
SEEDS = 8
"""Networks of an ensemble; their scores are averaged."""

PAPER = Recipe(
    "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear",
    optimizer="adam_keras",
    batch_size=64,
    epochs=100,
    initialisation="keras",
)
"""The network of the paper's first question."""


class Candidate(NamedTuple):
    """One thing that could be chosen."""

    recipe: Recipe
    score: str

    @property
    def words(self) -> tuple[str, ...]:
        """The candidate as cells of a table, headed by `WORDS`."""
        recipe = self.recipe
        corruption = f"{recipe.corruption} {recipe.noise:g}" if recipe.corruption else "none"
        return str(recipe.network), corruption, str(recipe.batch_size), str(recipe.epochs), self.score


WORDS = ("network", "corruption", "batch", "epochs", "score")


def recipe(hidden: str = "256 tanh", latent: int = 16, **changes: Any) -> Recipe:
    """Return the recipe that was chosen, with some things changed."""
    usual = {"batch_size": 64, "epochs": 20, "initialisation": "keras"}
    return Recipe(f"{hidden} > [{latent} linear] > mirror > linear", **{**usual, **changes})


def recipes() -> list[Recipe]:
    """Return every recipe to choose from."""
    return [recipe(f"{width} tanh", latent, **changes) for width, latent in SHAPES for changes in CORRUPTIONS]


def neighbours() -> list[Recipe]:
    """Return what was tried around the choice with the frauds in sight, and the paper's network: no candidates.

    The 128 units with noise for 60 epochs are what the criterion chose of the first candidates there were.
    """
    return [
        *(recipe(epochs=epochs) for epochs in (10, 40, 60)),
        recipe("128 tanh", epochs=60),
        recipe("128 tanh", epochs=60, corruption="gaussian", noise=0.5),
        *(recipe(hidden) for hidden in ("64 tanh", "512 tanh", "256 relu", "64 tanh > 32 tanh")),
        *(recipe(latent=latent) for latent in (2, 12, 20, 24)),
        recipe(batch_size=256),
        PAPER,
    ]
