from __future__ import annotations

import numpy as np
import pandas as pd

from trasunto.studies.curves import curves

FRAME = pd.DataFrame({"id": ["d", "a", "c", "b"]})  # two recipes x two seeds
HISTORY = pd.DataFrame(
    [
        {"id": name, "epoch": epoch, "test_error": 10 * number + epoch}
        for number, name in enumerate("abcd")
        for epoch in range(4)
    ]
).sample(frac=1, random_state=0)


def test_members_keep_the_order_in_which_they_were_asked_for() -> None:
    found = curves(FRAME, HISTORY, "test_error", 3, recipes=2)
    assert found.shape == (2, 2, 4)
    assert found[:, :, 0].tolist() == [[30, 0], [20, 10]]


def test_epochs_that_another_study_trained_are_left_out() -> None:
    assert curves(FRAME, HISTORY, "test_error", 2, recipes=2)[0, 0].tolist() == [30, 31, 32]


def test_an_epoch_that_a_member_does_not_have_is_nan() -> None:
    cut = HISTORY[(HISTORY["id"] != "a") | (HISTORY["epoch"] < 2)]
    assert np.isnan(curves(FRAME, cut, "test_error", 3, recipes=2)[0, 1]).tolist() == [False, False, True, True]
