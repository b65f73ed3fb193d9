from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from trasunto.data import Table, from_arrays
from trasunto.errors import DataError
from trasunto.studies import STUDIES
from trasunto.studies.demonstration import Settings, requests
from trasunto.studies.images import FileImage, RowImage


class Member:
    """Stands in for a network whose drawings are off by 1 / (1 + epoch) at every pixel."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def at(self, epoch: int) -> Member:
        assert epoch <= self.epoch
        return Member(epoch)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x) + np.float32(1 / (1 + self.epoch))


class Trained:
    """Stands in for a cohort of one recipe."""

    def __init__(self, seeds: int, epochs: int) -> None:
        self.members = [Member(epochs) for _ in range(seeds)]
        self._epochs = epochs

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [str(number) for number in range(len(self.members))]})

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"id": str(number), "epoch": epoch, "test_error": 0.2 / (1 + epoch)}
                for number in range(len(self.members))
                for epoch in range(self._epochs + 1)
            ]
        )


Calls = list[tuple[Any, int, tuple[int, ...]]]


def trainer(calls: Calls) -> Any:
    def train(recipe: Any, rows: Table, *, seeds: Any, epochs: int, snapshots: tuple[int, ...]) -> Trained:
        calls.append((seeds, epochs, snapshots))
        return Trained(seeds if isinstance(seeds, int) else len(seeds), epochs)

    return train


@pytest.fixture
def table() -> Table:
    images = np.zeros((4, 2, 2), dtype=np.uint8)
    return from_arrays(images, [8, 1, 2, 3], test=(images, [0, 1, 2, 3]))


def settings(*images: Any, **changes: Any) -> Settings:
    return Settings(images=images or (RowImage("train", 0), RowImage("test", 3)), **changes)


def test_all_seeds_go_to_100_epochs_and_the_first_one_to_500(table: Table) -> None:
    everyone, first = requests(table, settings())
    assert (everyone.seeds, everyone.epochs, everyone.snapshots) == (3, 100, (0, 10, 50, 100))
    assert (first.seeds, first.epochs, first.snapshots) == ((0,), 500, (500,))
    assert everyone.recipes == first.recipes


def test_the_reduced_size_shows_ten_epochs_of_one_seed() -> None:
    reduced = Settings.reduced()
    assert (reduced.epochs_shown, reduced.seeds, reduced.hidden) == ((0, 2, 5, 10), 1, 512)


def test_late_epochs_alone_need_no_other_seeds(table: Table) -> None:
    (only,) = requests(table, settings(epochs_shown=(500,)))
    assert only.seeds == (0,)


def test_a_run_draws_every_image_after_every_epoch(table: Table) -> None:
    calls: Calls = []
    findings = STUDIES["demonstration"].run(table, settings(), trainer(calls))
    assert calls == [(3, 100, (0, 10, 50, 100)), ((0,), 500, (500,))]
    assert findings.study == "demonstration"
    assert findings.facts.epochs == (0, 10, 50, 100, 500)
    assert [len(moment.error.by_seed) for moment in findings.facts.of("training image 0")] == [3, 3, 3, 3, 1]
    assert findings.facts.of("test image 3")[1].error.mean == pytest.approx(1 / 121)
    assert findings.facts.of("test image 3")[1].test_error == pytest.approx(0.2 / 11)
    assert [drawing.label for drawing in findings.facts.drawings] == ["8", "3"]
    assert findings.settings["images"][0] == {"split": "train", "index": 0}


def test_a_picture_of_ones_own_is_drawn(table: Table, tmp_path: Path) -> None:
    Image.new("L", (5, 5), 255).save(tmp_path / "me.png")
    findings = STUDIES["demonstration"].run(
        table, settings(FileImage(str(tmp_path / "me.png")), epochs_shown=(0, 1)), trainer([])
    )
    (drawing,) = findings.facts.drawings
    assert (drawing.image, drawing.pixels) == ("me.png", (1.0,) * 4)


def test_data_without_test_rows_can_be_drawn() -> None:
    table = from_arrays(np.zeros((4, 2, 2), dtype=np.uint8))
    findings = STUDIES["demonstration"].run(table, settings(RowImage("train", 0), epochs_shown=(0, 1)), trainer([]))
    assert {moment.test_error for moment in findings.facts.moments} == {None}


def test_an_image_out_of_range_is_refused_before_anything_is_trained(table: Table) -> None:
    calls: Calls = []
    with pytest.raises(DataError, match=r"no image 4 \(legal: 0 to 3\)"):
        STUDIES["demonstration"].run(table, settings(RowImage("train", 4)), trainer(calls))
    with pytest.raises(DataError, match="no image 485"):
        requests(table, Settings())
    assert calls == []


@pytest.mark.parametrize("nothing", [{"images": ()}, {"epochs_shown": ()}])
def test_nothing_to_draw_is_refused(table: Table, nothing: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="at least one image and one epoch"):
        requests(table, Settings(**nothing))


def test_two_images_of_one_name_are_refused(table: Table) -> None:
    with pytest.raises(DataError, match="share a name"):
        requests(table, settings(RowImage("train", 1), RowImage("train", 1)))
