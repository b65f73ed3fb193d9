from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.spec.digits import shortest


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.1, "0.1"), (1e-4, "1e-4"), (0.015, "0.015"), (100.0, "100"), (1.5e-7, "1.5e-7"), (1e20, "1e20")],
)
def test_a_number_is_written_in_the_fewest_characters(value: float, text: str) -> None:
    assert shortest(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_reads_back_as_the_same_number(value: float) -> None:
    assert float(shortest(value)) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_single_precision_number_is_written_no_longer_than_it_needs(value: float) -> None:
    narrow = np.float32(value)
    assert np.float32(shortest(narrow)) == narrow
    assert len(shortest(narrow)) <= len(shortest(value))
