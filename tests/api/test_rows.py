from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasunto
from trasunto.api.rows import ColumnDescription, describe_rows, find_rows, save_picture
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


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A file of twelve rows: a number, a category with missing values, labels and weights."""
    amounts = ["1", "", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]
    lines = [f"{amount},{'red' if row % 3 else ''},{row // 10},2.5" for row, amount in enumerate(amounts)]
    (tmp_path / "cards.csv").write_text("\n".join(["amount,colour,Class,weight", *lines]) + "\n")
    return tmp_path / "cards.csv"


def test_options_say_how_columns_become_rows(cards: Path) -> None:
    table = find_rows(str(cards), label="Class", normal=0, split="last", test=0.3, drop=["weight"])
    assert table.test is not None
    assert table.anomalies is not None
    assert (table.n, table.test.n, table.anomalies.n) == (7, 3, 2)
    assert table.feature_names == ("amount", "colour=(missing)", "colour=red")
    with pytest.raises(TrasuntoError, match="'mnist' holds images; label cannot be used with it"):
        find_rows("mnist", label="Class")


def test_a_description_tells_columns_what_is_missing_and_what_is_apart(cards: Path) -> None:
    told = describe_rows(find_rows(str(cards), label="Class", normal=0, split="last", test=0.3, weight="weight"))
    assert (told.rows, told.test_rows, told.anomalies, told.features) == (7, 3, 2, 3)
    assert (told.labels, told.test_labels, told.anomaly_labels) == ({"0": 7}, {"0": 3}, {"1": 2})
    assert told.weighted
    assert told.columns == (
        ColumnDescription("amount", "number", None, missing=1),
        ColumnDescription("colour", "category", 2, missing=3),
    )


def test_rows_that_were_not_prepared_tell_no_columns() -> None:
    told = describe_rows(trasunto.from_arrays(np.ones((3, 2))))
    assert (told.columns, told.weighted, told.anomalies, told.anomaly_labels) == ((), False, 0, None)


def test_a_picture_is_read_back_as_the_row_it_was(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    for table in (trasunto.from_arrays(images), trasunto.from_arrays(images / np.float32(255))):
        path = save_picture(table, RowImage("train", 2), tmp_path / f"{table.x.dtype}.png")
        assert read_image(path, (5, 4)).tolist() == images[2].reshape(-1).tolist()
