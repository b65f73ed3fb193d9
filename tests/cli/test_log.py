from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL = ["--epochs", 2, "--batch-size", 16]


@pytest.mark.parametrize(
    "words",
    [
        ["train", "[3 sigmoid] > sigmoid", *SMALL, "--data", "tiny"],
        ["study", "loss", "--data", "tiny"],
        ["reproduce", "mnist"],
        ["detect", "rows.npz", "--out", "rows.trasunto"],
    ],
)
def test_an_unknown_tool_is_refused_before_anything_is_trained(
    refused: Callable[..., str], tiny: Path, tmp_path: Path, words: list[Any]
) -> None:
    import numpy as np

    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(50, 3)))
    said = refused(*words, "--log", "tensorbord")
    assert "'tensorbord' is not known, did you mean 'tensorboard'?" in said
    assert not (tmp_path / "runs").exists()


@pytest.mark.heavy
def test_networks_are_logged_by_every_command_that_trains(
    typed: Callable[..., Any], tiny: Path, tmp_path: Path
) -> None:
    import numpy as np

    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(300, 3)))
    study = ["study", "hidden-size", "--data", tiny, "--epochs", 2, "--seeds", 1, "--set", "hidden=2,3"]
    commands = {
        "train": ["train", "[3 sigmoid] > sigmoid", *SMALL, "--data", tiny, "--seeds", 3],
        "study": study,
        "detect": ["detect", "rows.npz", "--out", "rows.trasunto", "--epochs", 2, "--seeds", 2],
    }
    for name, words in commands.items():
        done = typed(*words, "--log", f"tensorboard:{name}")
        assert done.code == 0, done
        members = list((tmp_path / name).iterdir())
        assert len(members) >= 2
        assert all(len(list(member.iterdir())) == 1 for member in members)
    assert len(list((tmp_path / "train").iterdir())) == 3
    assert len(list((tmp_path / "detect").iterdir())) == 2
