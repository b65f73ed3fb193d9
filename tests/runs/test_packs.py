"""What a pack is, and what its file gives back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.runs.packs import Pack, PackFolder


def test_arrays_of_every_kind_come_back_as_they_went(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "0.kernel": generator.normal(size=(3, 4, 2)).astype(np.float32),
        "transposed": generator.normal(size=(2, 5, 3)).transpose(2, 1, 0),
        "every other": generator.normal(size=(6, 2))[::2],
        "step": np.arange(3, dtype=np.int32),
        "key": np.array([[1, 2], [3, 2**32 - 1], [5, 6]], np.uint32),
        "frozen": np.array([True, False, True]),
        "none": np.zeros((3, 0), np.float32),
        "odd": np.array([np.nan, -np.inf, -0.0]),
    }
    packs = PackFolder(tmp_path)
    file = packs.place(Pack(("a", "b", "c"), 1, arrays))
    for slot, found in zip((2, 0), packs.read(file, (2, 0)), strict=True):
        assert found.keys() == arrays.keys()
        for name, array in found.items():
            np.testing.assert_array_equal(array, arrays[name][slot], strict=True)
            assert np.asarray(array).tobytes() == arrays[name][slot].tobytes()


def test_the_same_pack_is_one_file_and_another_is_another(tmp_path: Path) -> None:
    packs = PackFolder(tmp_path)
    weights = {"w": np.ones((2, 3))}
    places = [
        packs.place(Pack(ids, epoch, weights)) for ids, epoch in ((("a", "b"), 1), (("a", "b"), 1), (("a", "c"), 1))
    ]
    assert places[0] == places[1] != places[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({place.name for place in places})


@pytest.mark.parametrize("shape", [(), (3,), (3, 2)])
def test_an_array_without_the_members_axis_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="m = 2"):
        Pack(("a", "b"), 1, {"w": np.zeros(shape)})


def test_a_member_has_one_slot() -> None:
    with pytest.raises(ValueError, match="twice"):
        Pack(("a", "a"), 1, {"w": np.zeros(2)})
