from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trasunto.data import Table, from_arrays
from trasunto.errors import DataError
from trasunto.studies.images import FileImage, RowImage, image_shape, parse_image


@pytest.fixture
def table() -> Table:
    pixels = np.arange(3 * 2 * 2, dtype=np.uint8).reshape(3, 2, 2)
    return from_arrays(pixels, [7, 8, 9], test=(pixels[:2] + 100, [1, 0]))


def test_a_row_is_seen_as_the_network_sees_it(table: Table) -> None:
    assert RowImage("train", 1).pixels(table) == pytest.approx(np.array([4, 5, 6, 7]) / 255)
    assert RowImage("test", 1).pixels(table) == pytest.approx(np.array([104, 105, 106, 107]) / 255)


def test_a_row_is_named_and_labelled(table: Table) -> None:
    assert (RowImage("train", 1).name, RowImage("train", 1).label(table)) == ("training image 1", "8")
    assert (RowImage("test", 1).name, RowImage("test", 1).label(table)) == ("test image 1", "0")


@pytest.mark.parametrize(("split", "index", "last"), [("train", 3, 2), ("test", 2, 1), ("train", -1, 2)])
def test_an_index_out_of_range_is_refused_with_the_legal_ones(table: Table, split: str, index: int, last: int) -> None:
    with pytest.raises(DataError, match=rf"no image {index} \(legal: 0 to {last}\)"):
        RowImage("train" if split == "train" else "test", index).pixels(table)


def test_a_test_image_of_data_without_test_rows_is_refused_with_what_would_do() -> None:
    with pytest.raises(DataError, match="no test images: choose a training image, 0 to 3"):
        RowImage("test", 0).pixels(from_arrays(np.zeros((4, 2, 2), dtype=np.uint8)))


def test_a_picture_of_ones_own_is_brought_to_the_tables_size(table: Table, tmp_path: Path) -> None:
    Image.new("L", (10, 10), 255).save(tmp_path / "me.png")
    image = FileImage(str(tmp_path / "me.png"))
    assert (image.name, image.label(table)) == ("me.png", None)
    assert image.pixels(table).tolist() == [1.0, 1.0, 1.0, 1.0]


def test_a_picture_that_is_not_there_is_refused(table: Table) -> None:
    with pytest.raises(DataError, match=r"no picture file nowhere\.png"):
        FileImage("nowhere.png").pixels(table)


def test_text_names_a_row_or_a_file() -> None:
    assert parse_image("train:12") == RowImage("train", 12)
    assert parse_image("C:/me.png") == FileImage("C:/me.png")


@pytest.mark.parametrize("text", ["test:", "test:-1", "train:me.png"])
def test_a_row_without_a_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DataError, match=r"write its number from 0 on, as in (test|train):485"):
        parse_image(text)


def test_rows_that_are_no_images_cannot_be_drawn() -> None:
    with pytest.raises(DataError, match="3 features that are no images"):
        image_shape(from_arrays(np.zeros((4, 3), dtype=np.float32)))
