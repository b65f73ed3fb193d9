from __future__ import annotations

import pytest

from trasunto.studies.phrases import cell, chance, listed, percent, several


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.0996, "10 %"),
        (0.11, "11 %"),
        (0.994, "99.4 %"),
        (0.9999, "100 %"),
        (1, "100 %"),
    ],
)
def test_shares_are_percentages_with_a_decimal_near_the_ends(share: float, text: str) -> None:
    assert percent(share) == text


def test_nouns_follow_their_count() -> None:
    assert several(1, "cell") == "1 cell"
    assert several(1805, "epoch") == "1,805 epochs"
    assert several(2, "momentum", "momenta") == "2 momenta"


def test_lists_end_in_and_and_long_ones_are_cut() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"


def test_a_tiny_p_is_a_bound() -> None:
    assert chance(0.0) == "p < 0.001"
    assert chance(0.0312) == "p = 0.031"


def test_a_cell_is_named_by_its_two_numbers() -> None:
    assert cell(0.95, 0.2) == "0.95/0.2"
