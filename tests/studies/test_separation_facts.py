from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from trasunto.studies.separation_facts import MEASURES, Facts, Reference, Seen, Varied, measure, points

WORTHWHILE = (0.01, 0.05, 0.05)
SCATTER = 1e-4 * np.array([0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.5, -1.5, 0.0])


def seen(layers: int, latent: int, auroc: float, silhouette: float, energy: float, seeds: int, scatter: float) -> Seen:
    noise = scatter * SCATTER[:seeds] * layers
    return Seen(
        layers=layers,
        latent=latent,
        network=f"{layers} > [{latent}]",
        parameters=100 * layers,
        test_error=(0.1 + noise).tolist(),
        used=[latent - 1.0] * seeds,
        effective_dimension=[2.5] * seeds,
        energy_p=[0.001] * (seeds - 1) + [0.004],
        separation={
            name: (value + noise).tolist() for name, value in zip(MEASURES, (auroc, silhouette, energy), strict=True)
        },
    )


def facts_of(
    *spaces: tuple[float, float, float], seeds: int = 10, scatter: float = 1.0, varied: Varied = "layers"
) -> Facts:
    sizes = [(3 + 2 * place, 16) if varied == "layers" else (3, 8 * (1 + place)) for place in range(len(spaces))]
    return measure(
        [seen(*size, *values, seeds, scatter) for size, values in zip(sizes, spaces, strict=True)],
        [Reference("the features as they are", 29, 0.97, 0.2, 0.2)],
        [],
        varied=varied,
        epochs=100,
        asked=10,
        normals=2000,
        anomalies=473,
        worthwhile=WORTHWHILE,
    )


def kinds(*spaces: tuple[float, float, float], seeds: int = 10, scatter: float = 1.0) -> list[str]:
    return [contrast.verdict for contrast in facts_of(*spaces, seeds=seeds, scatter=scatter).contrasts]


def test_facts_are_plain_values() -> None:
    assert "NaN" not in json.dumps(asdict(facts_of((0.9, 0.2, 0.2), (0.95, 0.3, 0.2))))


def test_a_space_is_summed_up_over_its_seeds() -> None:
    space = facts_of((0.9, 0.2, 0.3)).spaces[0]
    assert space.measures["linear_auroc"].mean == pytest.approx(0.9, abs=1e-3)
    assert space.measures["energy_coefficient"].mean == pytest.approx(0.3, abs=1e-3)
    low, high = space.measures["silhouette"].low, space.measures["silhouette"].high
    assert low is not None
    assert high is not None
    assert low < 0.2 < high
    assert (space.energy_p, space.used, space.latent) == (0.004, 15.0, 16)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((0.95, 0.3, 0.3), ["more", "more", "more"]),
        ((0.85, 0.1, 0.1), ["less", "less", "less"]),
        ((0.901, 0.201, 0.201), ["alike", "alike", "alike"]),
        ((0.95, 0.1, 0.2), ["more", "less", "alike"]),
    ],
)
def test_a_difference_is_judged_by_what_would_matter(second: tuple[float, float, float], expected: list[str]) -> None:
    assert kinds((0.9, 0.2, 0.2), second) == expected


def test_scatter_beyond_what_would_matter_leaves_it_open() -> None:
    assert kinds((0.9, 0.2, 0.2), (0.9, 0.2, 0.2), scatter=1e4) == ["open"] * 3


def test_one_seed_leaves_everything_open() -> None:
    facts = facts_of((0.9, 0.2, 0.2), (0.99, 0.9, 0.9), seeds=1)
    assert [(one.verdict, one.p, one.low) for one in facts.contrasts] == [("open", None, None)] * 3


def test_the_three_measures_are_tested_together() -> None:
    contrasts = facts_of((0.9, 0.2, 0.2), (0.95, 0.3, 0.3)).contrasts
    assert [contrast.measure for contrast in contrasts] == list(MEASURES)
    assert {contrast.test for contrast in contrasts} == {"sign-flip permutation"}
    assert [contrast.adjusted for contrast in contrasts] == pytest.approx([3 * 2**-9] * 3)


def test_neighbours_of_more_than_two_spaces_are_compared() -> None:
    facts = facts_of((0.9, 0.2, 0.2), (0.95, 0.3, 0.3), (0.95, 0.3, 0.3))
    assert [(one.first, one.second) for one in facts.contrasts] == [(0, 1)] * 3 + [(1, 2)] * 3
    assert [one.verdict for one in facts.between(1, 2)] == ["alike"] * 3


def test_no_seed_leaves_no_space() -> None:
    facts = facts_of()
    assert (facts.spaces, facts.contrasts, facts.seeds) == ((), (), 0)


def test_points_are_parted_by_kind_and_rounded() -> None:
    normals, anomalies = points(np.array([[0.12345, 1.0], [2.0, 3.0]], dtype=np.float32), np.array([False, True]))
    assert (normals, anomalies) == (((0.123, 1.0),), ((2.0, 3.0),))
