"""A store whose runs were never trained: what is known of them is written down as a training would have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store
from trasunto.spec import Recipe

MakeRun = Callable[..., Path]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Write a run of networks, each with its last test loss; one whose loss is not finite has diverged."""

    def make(
        name: str,
        recipes: Sequence[Recipe],
        losses: Sequence[float],
        *,
        seeds: int = 1,
        rows: str = "f00d",
        rows_name: str = "mnist",
    ) -> Path:
        pairs = [(recipe, seed) for recipe in recipes for seed in range(seeds)]
        texts = [f"{recipe.to_json()} {seed} {rows}" for recipe, seed in pairs]
        ids = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
        epochs = recipes[0].epochs
        request = {"rows": rows_name, "path": "", "members": len(ids), "epochs": epochs, "snapshots": None}
        with Store.open(tmp_path / "runs") as store:
            store.register(
                MemberRecord(id, recipe.to_json(), seed, rows, rows_name, "", 100)
                for id, (recipe, seed) in zip(ids, pairs, strict=True)
            )
            for id, loss in zip(ids, losses, strict=True):
                points = [CurvePoint(id, 0, "test_loss", 9.0), CurvePoint(id, epochs, "test_loss", loss)]
                ended = Progress(id, epochs, "finished" if np.isfinite(loss) else "diverged", "", 2.0)
                store.write(Pack((id,), epochs, {"w": np.full((1, 3), loss, np.float32)}), points, [ended])
            store.name_run(name, json.dumps(request), rows, ids)
        return tmp_path / "runs"

    return make
