from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from trasunto.studies.demonstration_facts import Shown, measure

PIXELS = np.array([[0.0, 1.0, 0.5, 0.25], [1.0, 1.0, 0.0, 0.0]], dtype=np.float32)
SHOWN = Shown("mnist", 512, (2, 2), ("training image 485", "test image 485"), ("8", "0"), PIXELS, paper=True)


def drawn(*distances: float) -> list[np.ndarray]:
    """What each seed makes of the images: every pixel off by as much."""
    return [PIXELS + distance for distance in distances]


def test_an_images_error_is_the_mean_over_seeds() -> None:
    facts = measure(SHOWN, {10: drawn(0.1, 0.3), 0: drawn(0.5, 0.5)}, {0: [0.2, 0.3]})
    start, later = facts.of("test image 485")
    assert facts.epochs == (0, 10)
    assert start.epoch == 0
    assert start.error.mean == pytest.approx(0.25)
    assert start.distance == pytest.approx(0.5)
    assert later.error.by_seed == pytest.approx((0.01, 0.09), rel=1e-5)
    assert later.error.mean == pytest.approx(0.05, rel=1e-5)
    assert later.error.low is not None
    assert later.error.low < 0.05
    assert start.test_error == pytest.approx(0.25)
    assert later.test_error is None


def test_the_first_seed_is_drawn_and_pixels_have_four_decimals() -> None:
    facts = measure(SHOWN, {10: drawn(0.123456, 0.3)}, {})
    first = facts.drawings[0]
    assert first.pixels == (0.0, 1.0, 0.5, 0.25)
    assert first.drawings == ((0.1235, 1.1235, 0.6235, 0.3735),)
    assert "1235," in json.dumps(asdict(facts))


def test_one_seed_has_no_interval() -> None:
    (moment,) = measure(SHOWN, {500: drawn(0.1)}, {}).of("training image 485")
    assert (moment.error.low, moment.error.high) == (None, None)


def test_the_papers_error_stands_beside_its_own_image_only() -> None:
    facts = measure(SHOWN, {10: drawn(0.1), 20: drawn(0.1)}, {})
    assert [moment.paper for moment in facts.of("training image 485")] == [0.05134, None]
    assert [moment.paper for moment in facts.of("test image 485")] == [None, None]


@pytest.mark.parametrize("change", [{"paper": False}, {"hidden": 64}])
def test_other_data_and_other_networks_have_no_number_of_the_paper(change: dict[str, object]) -> None:
    facts = measure(replace(SHOWN, **change), {10: drawn(0.1)}, {})  # type: ignore[arg-type]
    assert {moment.paper for moment in facts.moments} == {None}
