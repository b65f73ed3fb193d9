from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest

from trasunto.cohort import compiled
from trasunto.cohort import cost as cost_module
from trasunto.cohort.compiled import kept, note
from trasunto.cohort.cost import estimate
from trasunto.cohort.devices import program_folder
from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.cohort.shapes import Layout
from trasunto.cohort.timing import REFERENCE
from trasunto.data import Table, from_arrays
from trasunto.spec import Recipe

ROWS = from_arrays(np.zeros((50, 30), np.float32))
RECIPE = Recipe("[2 tanh] > linear", epochs=2)

TRAIN_AND_PRICE = """
import sys, numpy as np, trasunto
from trasunto.api.members import price_of_members, request_members
rows = trasunto.from_arrays(np.zeros((50, 30), np.float32))
recipe = trasunto.Recipe("[2 tanh] > linear", epochs=2)
def price(seeds):
    cost = price_of_members(request_members(recipe, rows, seeds, []), sys.argv[1] + "/store")
    return cost.programs, cost.anew, cost.memory
before = price(1)
trasunto.train(recipe, rows, seeds=1, snapshots=[], store=sys.argv[1] + "/another")
after = price(1)
print(before[:2], after[:2], after[2] < before[2])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of compiled programs in which there are none yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    programs = program_folder()
    assert programs is not None
    programs.mkdir(parents=True)
    before = jax.config.values["jax_compilation_cache_dir"]
    jax.config.update("jax_compilation_cache_dir", str(programs))
    yield programs
    jax.config.update("jax_compilation_cache_dir", before)


def chunk(table: Table = ROWS, recipe: Recipe = RECIPE, width: int = 4) -> Chunk:
    return Chunk((Job("0", recipe, 0, table, 0, 2),), Layout(width, brief=True))


def test_what_was_compiled_is_known_by_program_width_kind_of_rows_and_device(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two: list[Any] = [SimpleNamespace(id=number) for number in range(2)]
    first, second = two
    monkeypatch.setattr(compiled, "devices", lambda: two)
    bytes_, weighted = (from_arrays(np.zeros((50, 30), np.uint8)), replace(ROWS, weights=np.ones(50)))
    assert not kept(chunk(), 1, 2)
    note(chunk(), second)
    note(chunk(), second)
    assert kept(chunk(), 1, 2)
    assert not kept(chunk(), 1, 1), "the first device has none"
    assert not kept(chunk(), 2, 2), "each device has a program of its own"
    for other in (chunk(width=8), chunk(recipe=RECIPE.replace(batch_size=7)), chunk(bytes_), chunk(weighted)):
        assert not kept(other, 1, 2)
    note(chunk(), first)
    assert kept(chunk(), 2, 2)
    assert len(list((folder / "known").iterdir())) == 2


def test_places_that_share_a_device_share_what_was_compiled_for_it(folder: Path) -> None:
    note(chunk(), jax.local_devices()[0])
    assert kept(chunk(), 2, 2)


def test_nothing_is_noted_where_programs_are_kept_elsewhere_or_cannot_be(folder: Path, tmp_path: Path) -> None:
    device = jax.local_devices()[0]
    (folder / "known").write_text("a file where the folder would be")
    note(chunk(), device)
    assert not kept(chunk(), 1, 1)
    (folder / "known").unlink()
    for name, value in (
        ("jax_compilation_cache_dir", str(tmp_path / "own")),
        ("jax_enable_compilation_cache", False),
        ("jax_persistent_cache_min_entry_size_bytes", 10**6),
    ):
        before = jax.config.values[name]
        jax.config.update(name, value)
        note(chunk(), device)
        jax.config.update(name, before)
        assert not list(folder.iterdir()), name


def test_a_folder_that_may_not_be_looked_into_knows_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", forbidden)
    assert not kept(chunk(), 1, 1)


def test_what_is_known_costs_less_than_compiling(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost_module, "any_used", lambda: True)

    def cost(recipes: list[Recipe]) -> tuple[int, int, float, int]:
        jobs = [Job(str(number), recipe, 0, ROWS, 0, 2) for number, recipe in enumerate(recipes)]
        told = estimate([plan(jobs, 2)], 2, REFERENCE)
        return told.programs, told.anew, told.compiling_seconds, told.memory

    both = [RECIPE, RECIPE.replace(batch_size=7)]
    before = cost(both)
    note(chunk(width=1), jax.local_devices()[0])
    after, alone = cost(both), cost([RECIPE])
    assert (before[:2], after[:2], alone[:2]) == ((2, 2), (2, 1), (1, 0))
    assert before[2] > after[2] > alone[2] > 0
    assert after[2] == pytest.approx(alone[2] + before[2] / 2)
    assert before[3] > after[3] > alone[3]


def test_a_training_leaves_its_programs_for_the_next_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAIN_AND_PRICE, str(tmp_path)],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[0] == "(1, 1) (1, 0) True"
