from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import trasunto.data
from trasunto.data.catalogue import REGISTERED, catalogue, load, where_files_go
from trasunto.data.table import Table
from trasunto.errors import DataError

WriteIdx = Callable[[Path, np.ndarray], Path]


@pytest.fixture
def placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRASUNTO_DATA", str(tmp_path))
    return tmp_path


def test_mnist_is_in_the_package(mnist: Table) -> None:
    assert mnist.x.dtype == np.uint8
    assert (mnist.x.shape, mnist.image_shape) == ((60_000, 784), (28, 28))
    assert mnist.test is not None
    assert mnist.test.x.shape == (10_000, 784)
    assert mnist.y is not None
    assert mnist.test.y is not None
    assert (mnist.y[485], mnist.test.y[485]) == (8, 0)
    assert mnist.values(slice(0, 100)).max() == pytest.approx(1.0)


def test_mnist_knows_where_it_comes_from(mnist: Table) -> None:
    origin = mnist.provenance
    assert (origin.name, origin.path, origin.licence) == ("mnist", "trasunto/data/mnist", "CC BY-SA 3.0")
    assert "C. J. C. Burges" in origin.source
    assert len(origin.sha256) == 64


def test_embedded_files_are_held_against_their_md5(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = replace(REGISTERED[0], embedded={**REGISTERED[0].embedded, "t10k-labels-idx1-ubyte": "0" * 32})
    monkeypatch.setattr(sys.modules[load.__module__], "REGISTERED", (damaged,))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte.xz is not the file it should be"):
        load("mnist")


def test_every_registered_set_says_what_it_is_and_under_which_terms() -> None:
    for entry in REGISTERED:
        assert entry.description
        assert entry.source
        assert entry.licence


def test_a_folder_placed_by_hand_is_listed_and_loaded(placed: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    write_idx(placed / "letters" / "train-images-idx3-ubyte.gz", images)
    (placed / "a-file").write_text("not a folder")
    (placed / ".hidden").mkdir()
    assert [entry.name for entry in catalogue()] == ["mnist", "fashion-mnist", "creditcard", "letters"]
    assert load("letters").provenance.name == "letters"


def test_a_registered_set_is_found_where_it_was_placed(placed: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    fashion = next(entry for entry in catalogue() if entry.name == "fashion-mnist")
    before = fashion.present
    write_idx(placed / "fashion-mnist" / "train-images-idx3-ubyte.gz", images)
    assert (before, fashion.present) == (False, True)
    assert fashion.place == str(placed / "fashion-mnist")
    table = load("fashion-mnist")
    assert (table.n, table.provenance.licence, table.provenance.path) == (6, "MIT", fashion.place)


def test_a_folder_called_mnist_does_not_replace_the_embedded_one(
    placed: Path, images: np.ndarray, write_idx: WriteIdx, mnist: Table
) -> None:
    write_idx(placed / "mnist" / "train-images-idx3-ubyte", images)
    assert [entry.name for entry in catalogue()].count("mnist") == 1
    assert load("mnist").provenance == mnist.provenance


def test_a_set_that_was_not_fetched_is_refused_with_where_to_get_and_put_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRASUNTO_DATA", raising=False)
    with pytest.raises(DataError, match=r"not on this machine: fetch it from Zalando.* \(TRASUNTO_DATA is not set\)"):
        load("fashion-mnist")


def test_an_unknown_name_is_refused_with_the_nearest_and_all_legal_ones(placed: Path) -> None:
    with pytest.raises(
        DataError, match=r"'minst' is not known, did you mean 'mnist'\? \(legal: mnist, fashion-mnist, creditcard\)"
    ):
        load("minst")


def test_images_are_read_as_they_are(placed: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    write_idx(placed / "letters" / "train-images-idx3-ubyte.gz", images)
    with pytest.raises(DataError, match="'mnist' holds images; scaling, split cannot be used with it"):
        load("mnist", scaling="standard", split="last")
    with pytest.raises(DataError, match="letters holds no columns; scaling cannot be used with it"):
        load("letters", scaling="standard")


@pytest.mark.parametrize("name", ["", "..", "letters/../letters", "/tmp"])
def test_a_name_is_no_path(name: str, placed: Path) -> None:
    (placed / "letters").mkdir()
    with pytest.raises(DataError, match="is not known"):
        load(name)


def test_the_place_for_hand_fetched_files_is_said(placed: Path) -> None:
    assert where_files_go() == f"files fetched by hand go into $TRASUNTO_DATA/NAME (TRASUNTO_DATA is {placed})"


def test_listing_imports_nothing_heavy() -> None:
    heavy = {"jax", "sklearn", "pandas", "matplotlib", "PIL", "pyarrow"}
    script = f"import sys, trasunto.data as d; d.catalogue(); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_licence_lies_beside_the_files() -> None:
    folder = Path(str(trasunto.data.__file__)).parent / "mnist"
    for author in ("Yann LeCun", "Corinna Cortes", "Christopher J. C. Burges"):
        assert author in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by-sa/3.0" in (folder / "LICENSE").read_text(encoding="utf-8")
