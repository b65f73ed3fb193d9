"""How many later normal rows the usual detector flags, measured as docs/detection.md has it."""

from __future__ import annotations

import numpy as np
import pytest

from scripts.detection import rates
from scripts.detection.tables import flagged

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("shape", [(100, 50), (60, 10)])
def test_the_usual_detector_flags_about_one_in_a_hundred_later_rows(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "SHAPES", (shape,))
    (found,) = rates.rates(6)
    assert (found.kind, found.n, found.d, len(found.usual)) == ("factors", *shape, 6)
    assert 0 < np.mean(found.usual) <= 2
    assert np.mean(found.training) > 5
    assert flagged([found]).count("|") == 21
