"""What a comparison does without seeds and networks that diverged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trasunto.studies.divergence import finished, kept, left_out


class Trained:
    """Stands in for a cohort of two networks with two seeds, of which the last diverges in epoch 2."""

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": list("abcd")})

    def history(self) -> pd.DataFrame:
        rows = [
            {"id": id, "epoch": epoch, "train_error": None if epoch == 0 else 1.0, "test_error": 1.0}
            for id in "abcd"
            for epoch in range(2 if id == "d" else 5)
        ]
        return pd.DataFrame(rows).astype({"train_error": float})


def test_a_seed_with_which_any_network_diverged_is_left_out_of_all() -> None:
    left = kept(np.array([[True, False, True], [True, True, True]]))
    assert (left.networks, left.seeds, left.lost, left.diverged) == ((0, 1), (0, 2), (), 1)
    values = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(left.of(values), values[:, [0, 2]])


@pytest.mark.parametrize(
    ("finite", "networks", "lost"),
    [
        ([[True, True], [False, False]], (0,), (1,)),
        ([[True, False], [False, True], [True, True]], (1, 2), (0,)),
        ([[True, True, False], [False, False, True]], (0,), (1,)),
        ([[False, False], [False, False]], (), (0, 1)),
    ],
)
def test_networks_that_leave_the_others_no_seed_are_left_out(
    finite: list[list[bool]], networks: tuple[int, ...], lost: tuple[int, ...]
) -> None:
    left = kept(np.array(finite))
    assert (left.networks, left.lost) == (networks, lost)
    assert len(left.seeds) > 0 or not networks
    assert left.of(np.zeros((*np.shape(finite), 5))).shape == (len(networks), len(left.seeds), 5)


def test_members_are_judged_up_to_the_epoch_asked_for() -> None:
    assert finished(Trained(), 1, 2).tolist() == [[True, True], [True, True]]
    assert finished(Trained(), 2, 2).tolist() == [[True, True], [True, False]]
    assert finished(Trained(), 2, 2, ("train_error", "never_measured")).tolist() == [[True, True], [True, False]]


def test_what_is_left_out_is_said() -> None:
    assert left_out(0) == ()
    assert left_out(1) == ("1 seed left out of everything: with it some network diverged.",)
    network, seeds = left_out(2, ["with 8 units"])
    assert network.startswith("The network with 8 units diverged with every seed, or with too many")
    assert seeds.endswith("with them some network diverged.")
