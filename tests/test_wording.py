from __future__ import annotations

import math

import pytest

from trasunto import wording


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (0.0, 4, "0"),
        (361, 4, "361"),
        (1805.0, 4, "1,805"),
        (-3.0, 4, "−3"),
        (0.233811, 6, "0.233811"),
        (0.0285284, 4, "0.02853"),
        (12345.678, 4, "12,346"),
        (0.99999, 4, "1"),
        (-0.25, 4, "−0.25"),
        (1.4e-9, 5, "1.4 × 10⁻⁹"),
        (2.5e12 + 0.5, 4, "2.5 × 10¹²"),
        (9.9999e-6, 3, "1 × 10⁻⁵"),
        (None, 4, "–"),
        (math.nan, 4, "not a number"),
        (math.inf, 4, "∞"),
        (-math.inf, 4, "−∞"),
    ],
)
def test_a_number_reads_as_a_person_would_write_it(value: float | None, digits: int, printed: str) -> None:
    assert wording.number(value, digits) == printed


def test_zeros_that_were_measured_are_kept() -> None:
    assert wording.number(0.0512, keep_zeros=True) == "0.05120"
    assert wording.interval(0.05, 0.0612) == "0.05000\N{NO-BREAK SPACE}to 0.06120"


@pytest.mark.parametrize(("low", "high"), [(None, 1.0), (1.0, None), (None, None)])
def test_an_interval_without_both_bounds_is_nothing(low: float | None, high: float | None) -> None:
    assert wording.interval(low, high) == ""


@pytest.mark.parametrize(
    ("value", "printed"),
    [(1.0, "1.000"), (0.9968, "0.997"), (1234.0, "1,234"), (0.00123, "0.00123"), (None, "–")],
)
def test_a_ratio_near_one_has_three_decimals(value: float | None, printed: str) -> None:
    assert wording.ratio(value) == printed


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (61, "1 min 1 s"),
        (3599.7, "1 h"),
        (6480, "1 h 48 min"),
        (math.nan, "not a number"),
    ],
)
def test_a_duration_has_the_units_a_reader_would_choose(seconds: float, printed: str) -> None:
    assert wording.duration(seconds) == printed


@pytest.mark.parametrize(
    ("iso", "printed"),
    [
        ("2026-03-01T09:30:00+01:00", "1 March 2026, 08:30 UTC"),
        ("2026-03-01T09:30:00", "1 March 2026, 09:30"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_moment_is_given_in_utc_where_its_offset_is_known(iso: str, printed: str) -> None:
    assert wording.moment(iso) == printed


@pytest.mark.parametrize(
    ("content", "printed"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "–"),
        ("torch", "torch"),
        ([], "none"),
        ([0.2, 0.45], "0.2, 0.45"),
        ({"n_seeds": 3}, "n seeds 3"),
        (list(range(1, 20)), "1, 2, 3, …, 19 (19 values)"),
    ],
)
def test_any_plain_value_has_words(content: object, printed: str) -> None:
    assert wording.value(content) == printed


def test_characters_that_would_rewrite_their_line_are_replaced() -> None:
    assert wording.legible("a\u202eb\x00c\udcffd\ne") == "a\ufffdb\ufffdc\ufffdd\ne"


@pytest.mark.parametrize(
    ("figures", "said"), [((), "No row of the data"), ((3,), "figure 3 shows"), ((3, 4, 9), "figures 3, 4 and 9 show")]
)
def test_a_report_says_whether_it_holds_rows(figures: tuple[int, ...], said: str) -> None:
    assert said in wording.rows_notice(figures).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("content", [10**400, -(10**400)])
def test_numbers_beyond_every_float_have_words(content: int) -> None:
    assert wording.value(content) == ("∞" if content > 0 else "−∞")
