from __future__ import annotations

import numpy as np
import pytest

from trasunto.figures import latent_scatter, theme
from trasunto.studies.separation_facts import Map, Points


def cloud(seed: int, count: int, far: float = 0.0) -> Points:
    points = np.random.default_rng(seed).standard_normal((count, 2))
    points[0, 0] += far
    return tuple((float(x), float(y)) for x, y in points)


def maps(far: float = 0.0) -> list[Map]:
    return [
        Map(space, method, (0.7, 0.2) if method == "pca" else None, cloud(space, 30), cloud(space + 9, 6, far))
        for space in range(2)
        for method in ("pca", "tsne")
    ]


def test_normal_rows_lie_below_anomalies_in_their_own_colour() -> None:
    axes = latent_scatter.draw(maps(), ["3 layers", "5 layers"]).axes[0]
    normal, anomaly = axes.collections
    assert [one.get_label() for one in (normal, anomaly)] == ["normal rows", "anomalies"]
    assert [np.shape(one.get_offsets()) for one in (normal, anomaly)] == [(30, 2), (6, 2)]
    assert normal.get_zorder() < anomaly.get_zorder()
    assert not np.array_equal(np.asarray(normal.get_facecolor()), np.asarray(anomaly.get_facecolor()))


def test_there_is_a_column_for_each_space_and_a_row_for_each_method() -> None:
    above_left, above_right, below_left, _ = latent_scatter.draw(maps(), ["3 layers", "5 layers"]).axes
    assert [axes.get_title(loc="left") for axes in (above_left, above_right)] == ["3 layers", "5 layers"]
    assert above_left.get_xlabel() == "component 1, 70 % of the variance"
    assert below_left.get_ylabel() == "t-SNE"
    assert list(below_left.get_xticks()) == []


def test_a_row_very_far_out_does_not_press_all_others_together() -> None:
    near, far = (latent_scatter.draw(maps(out), ["a", "b"]).axes[0] for out in (0.0, 500.0))
    assert (near.get_xscale(), far.get_xscale(), far.get_yscale()) == ("linear", "symlog", "linear")
    told = [tick.get_text() for tick in far.get_xticklabels()]
    assert "0" in told
    assert not any("^" in text for text in told)
    left, right = far.get_xlim()
    assert right > 500 > left


@pytest.mark.parametrize(("value", "up"), [(0.03, 0.05), (1.0, 1.0), (1.1, 2.0), (7.0, 10.0), (60.0, 100.0)])
def test_where_an_axis_turns_logarithmic_is_a_round_number(value: float, up: float) -> None:
    assert latent_scatter._round_up(value) == pytest.approx(up)


def test_a_space_in_one_place_is_drawn_and_said() -> None:
    still: Points = ((0.0, 0.0),) * 8
    dead = [Map(0, "pca", (0.0, 0.0), still, still), Map(0, "tsne", None, still, still)]
    figure = latent_scatter.draw(dead, ["dead"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["every row is at the same place"]
    assert theme.png(figure).startswith(b"\x89PNG")
