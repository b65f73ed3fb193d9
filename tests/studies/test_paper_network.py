from __future__ import annotations

import pytest

from trasunto.spec import Recipe
from trasunto.studies.paper_network import paper_recipe


@pytest.mark.parametrize("hidden", [64, 512])
def test_the_recipe_is_the_papers(hidden: int) -> None:
    assert paper_recipe(hidden) == Recipe(
        f"[{hidden} sigmoid drop=0.1] > sigmoid",
        loss="mse",
        optimizer="sgd",
        learning_rate=0.95,
        momentum=0.95,
        batch_size=1000,
        initialisation="torch",
    )


def test_only_the_loss_changes_with_the_loss() -> None:
    assert paper_recipe(64, "bce").replace(loss="mse") == paper_recipe(64)
