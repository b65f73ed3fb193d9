from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasunto
from trasunto.api.rows import describe_rows, find_rows, save_picture
from trasunto.data import read_image
from trasunto.errors import TrasuntoError
from trasunto.studies.images import RowImage


def test_rows_are_found_by_path_or_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRASUNTO_DATA", str(tmp_path / "fetched"))
    np.save(tmp_path / "rows.npy", np.ones((3, 2)))
    assert find_rows("rows.npy").n == 3
    (tmp_path / "fetched" / "mine").mkdir(parents=True)
    with pytest.raises(TrasuntoError, match="holds no images to train on"):  # found by its name, then read
        find_rows("mine")


def test_a_name_comes_before_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fashion-mnist").mkdir()
    with pytest.raises(TrasuntoError, match="not on this machine"):
        find_rows("fashion-mnist")


def test_what_is_neither_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(TrasuntoError, match=r"'mnits', did you mean 'mnist'\? \(data sets: mnist, fashion-mnist"):
        find_rows("mnits")


def test_a_description_counts_labels_in_order_and_scales_values() -> None:
    images = np.array([[[0, 51]], [[102, 0]], [[0, 0]]], np.uint8)
    told = describe_rows(trasunto.from_arrays(images, [9, 10, 9], test=(images[:1], [9])))
    assert (told.rows, told.test_rows, told.features, told.image_shape) == (3, 1, 2, (1, 2))
    assert told.lowest == 0
    assert told.highest == pytest.approx(0.4)
    assert told.labels == {"9": 2, "10": 1}
    assert told.test_labels == {"9": 1}


def test_rows_without_labels_or_test_rows_say_so() -> None:
    told = describe_rows(trasunto.from_arrays(np.ones((3, 2))))
    assert (told.test_rows, told.labels, told.test_labels, told.image_shape) == (0, None, None, None)


def test_a_picture_is_read_back_as_the_row_it_was(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    for table in (trasunto.from_arrays(images), trasunto.from_arrays(images / np.float32(255))):
        path = save_picture(table, RowImage("train", 2), tmp_path / f"{table.x.dtype}.png")
        assert read_image(path, (5, 4)).tolist() == images[2].reshape(-1).tolist()
