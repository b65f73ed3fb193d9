from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trasunto.errors import RecipeError
from trasunto.spec.seeds import read_seeds


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        (3, (0, 1, 2)),
        (np.int64(2), (0, 1)),
        (np.array(1), None),
        ([4, 2], (4, 2)),
        (np.arange(3), (0, 1, 2)),
        (range(5, 7), (5, 6)),
        ([np.uint8(9), 2**32 - 1], (9, 2**32 - 1)),
        (0, None),
        (-1, None),
        (10_001, None),
        (True, None),
        (2.0, None),
        ("3", None),
        (None, None),
        ([], None),
        ([1, 1], None),
        ([1.0], None),
        ([True], None),
        ([-1], None),
        ([2**32], None),
        (np.zeros((2, 2), int), None),
    ],
)
def test_seeds_are_a_count_or_a_list_of_different_whole_numbers(given: Any, seeds: tuple[int, ...] | None) -> None:
    if seeds is None:
        with pytest.raises(RecipeError, match=r"^seeds must be a count from 1 to 10,000, or a list of different whole"):
            read_seeds(given)
        return
    found = read_seeds(given)
    assert found == seeds
    assert {type(seed) for seed in found} == {int}
