"""Document A's own numbers, on the real images: what a reproduction is held against."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasunto
from trasunto.data import Table

PAPER_AFTER_10 = 0.051340  # mean squared error of the drawing of image 485, 512 hidden units


@pytest.mark.heavy
def test_image_485_is_drawn_as_well_as_in_the_paper(mnist: Table, tmp_path: Path) -> None:
    recipe = trasunto.Recipe(
        "[512 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, momentum=0.95, batch_size=1000
    )
    cohort = trasunto.train(recipe, mnist, epochs=10, snapshots=[], store=tmp_path)
    member, image = cohort.members[0], mnist.x[485:486]
    assert mnist.y is not None
    assert mnist.y[485] == 8, "the paper's picture is an 8 of the training file"
    drawn = np.mean((member.reconstruct(image) - image / np.float32(255)) ** 2)
    assert drawn == pytest.approx(PAPER_AFTER_10, rel=0.05)
    curve = cohort.history().set_index("epoch")["test_loss"]
    assert 0.20 <= curve[0] <= 0.25
    assert curve[10] == pytest.approx(0.0393, rel=0.05)
