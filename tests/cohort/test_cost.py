from __future__ import annotations

import re

import numpy as np
import pytest

from trasunto.cohort import cost, footprint
from trasunto.cohort.cost import estimate
from trasunto.cohort.footprint import chunk_bytes, refuse_what_does_not_fit
from trasunto.cohort.machine import product_rate, this_machine
from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.cohort.shapes import Layout
from trasunto.cohort.timing import REFERENCE, Machine
from trasunto.data import from_arrays
from trasunto.errors import ResourceError
from trasunto.spec import Recipe
from trasunto.wording import byte_size

ROWS = np.zeros((3000, 100), np.uint8)
SMALL = from_arrays(ROWS[:200], test=ROWS[:50])
LARGE = from_arrays(ROWS, test=ROWS[:1500])
RECIPE = Recipe("[64 sigmoid] > sigmoid", optimizer="sgd", batch_size=100)


def chunks(
    members: int = 4, recipe: Recipe = RECIPE, table: object = SMALL, epochs: int = 5, width: int | None = None
) -> tuple[Chunk, ...]:
    jobs = [Job(f"{i} of {recipe.batch_size}", recipe, i, table, 0, epochs) for i in range(members)]  # type: ignore[arg-type]
    return plan(jobs, 2, None if width is None else lambda program, alike: Layout(width))


def test_costs_are_counted() -> None:
    told = estimate([[*chunks(5), *chunks(2, RECIPE.replace(batch_size=50), epochs=3)]], 2, Machine(1e10))
    assert (told.members, told.programs, told.epochs) == (7, 2, 5 * 5 + 2 * 3)
    assert told.disk == 7 * 2 * 4 * RECIPE.parameters(100)


def test_trainings_one_after_the_other_share_networks_and_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "any_used", lambda: True)
    monkeypatch.setattr(footprint, "kept", lambda chunk, copies, places: False)
    first, second = chunks(4, epochs=5), chunks(4, epochs=9)
    one, both = estimate([first], 2, REFERENCE), estimate([first, second], 2, REFERENCE)
    assert (both.members, both.programs, both.anew, both.disk) == (one.members, 1, 1, one.disk)
    assert both.compiling == one.compiling > 0
    assert both.epochs == 4 * (5 + 9)
    assert both.training_seconds == pytest.approx(one.training_seconds * (5 + 9) / 5)


def test_chunks_that_devices_are_left_over_for_are_no_faster() -> None:
    machine = Machine(1e11, cores=2)
    seconds = [estimate([chunks(count, width=1)], 2, machine).training_seconds for count in (1, 2, 3, 4)]
    assert seconds == pytest.approx([seconds[0], seconds[0], 2 * seconds[0], 2 * seconds[0]])
    large = RECIPE.replace(network="[2000 sigmoid] > sigmoid", batch_size=1000)
    shared = [estimate([chunks(count, large, LARGE, width=1)], 2, machine).effort.shared for count in (1, 2)]
    assert shared[1] == 2 * shared[0] > 0, "both devices' products are made by all cores"


def test_the_first_training_of_a_process_takes_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "kept", lambda chunk, copies, places: True)

    def compiling(used: bool, optimizer: str) -> float:
        monkeypatch.setattr(cost, "any_used", lambda: used)
        return estimate([chunks(1, RECIPE.replace(optimizer=optimizer))], 2, REFERENCE).compiling

    later = compiling(True, "sgd")
    assert later == compiling(True, "adam")
    assert later < compiling(False, "sgd") < compiling(False, "adam")
    assert estimate([], 2, REFERENCE).seconds == 0


def test_more_members_epochs_and_rows_cost_more_time() -> None:
    seconds = estimate([chunks(64)], 2, Machine(1e10)).training_seconds
    assert estimate([chunks(128)], 2, Machine(1e10)).training_seconds == pytest.approx(2 * seconds)
    assert estimate([chunks(64, epochs=10)], 2, Machine(1e10)).training_seconds == pytest.approx(2 * seconds)
    assert estimate([chunks(64, table=LARGE)], 2, Machine(1e10)).training_seconds > 5 * seconds
    assert estimate([chunks(64)], 2, Machine(2e10)).training_seconds < seconds


def test_time_is_about_that_of_the_matrix_products() -> None:
    """Paper A's grid: 361 networks, 5 epochs of 60,000 rows, on a machine that makes 160 GFLOP/s."""
    table = from_arrays(np.zeros((60_000, 784), np.uint8), test=np.zeros((10_000, 784), np.uint8))
    told = estimate([chunks(361, RECIPE.replace(batch_size=1000), table)], 2, Machine(160e9, cores=2))
    assert 4 < told.training_seconds / 60 < 15
    assert told.seconds >= told.training_seconds


def test_more_members_at_work_need_more_memory_but_only_as_many_as_there_are_devices() -> None:
    memory = [estimate([chunks(members)], 2, Machine(1e10)).memory for members in (1, 2, 64, 640)]
    assert memory[0] < memory[1] < memory[2] == memory[3]
    assert estimate([chunks(64)], 1, Machine(1e10)).memory < memory[2]
    assert estimate([chunks(64, table=LARGE)], 2, Machine(1e10)).memory > memory[2]


def test_wider_layers_larger_minibatches_and_double_precision_need_more_memory() -> None:
    program = chunks()[0].program
    wide = chunks(recipe=Recipe("[640 sigmoid] > sigmoid", batch_size=100))[0].program
    batch = chunks(recipe=RECIPE.replace(batch_size=1000))[0].program
    assert chunk_bytes(program, 1) < min(chunk_bytes(wide, 1), chunk_bytes(batch, 1))
    assert chunk_bytes(program, 4) == 4 * chunk_bytes(program, 1)
    assert chunk_bytes(program, 1, itemsize=8) == 2 * chunk_bytes(program, 1)


def test_the_machines_rate_is_measured() -> None:
    assert 1e8 < product_rate(256) < 1e14
    here = this_machine()
    assert 1e8 < here.rate < 1e14
    assert 0 < here.slowness < 1000


def test_what_fits_is_let_through() -> None:
    refuse_what_does_not_fit(chunks(), 2, free=estimate([chunks()], 2, Machine(1.0)).memory)
    refuse_what_does_not_fit((), 2, free=0)
    refuse_what_does_not_fit(chunks(1), 1)


@pytest.mark.parametrize("members", [1, 2, 8])
@pytest.mark.parametrize("share", [0.99, 0.7, 0.3, 0.1, 0.01])
@pytest.mark.parametrize("table", [SMALL, LARGE], ids=["few rows", "many rows"])
@pytest.mark.parametrize("batch_size", [200, 100_000])
def test_what_a_refusal_names_would_fit(members: int, share: float, table: object, batch_size: int) -> None:
    recipe = Recipe("300 sigmoid > [64 sigmoid] > sigmoid", batch_size=batch_size)
    asked = chunks(members, recipe, table)
    free = int(share * estimate([asked], 2, Machine(1.0)).memory)
    with pytest.raises(
        ResourceError, match=f"needs about .* is free: .*300, 64 units and batch_size {batch_size}"
    ) as told:
        refuse_what_does_not_fit(asked, 2, free=free)
    named = re.search(r"a batch_size of (\d+) would fit", str(told.value))
    if named:
        refuse_what_does_not_fit(chunks(members, recipe.replace(batch_size=int(named[1])), table), 2, free=free)
    else:
        assert str(told.value).endswith("narrower layers or fewer rows would fit")
        with pytest.raises(ResourceError):
            refuse_what_does_not_fit(chunks(members, recipe.replace(batch_size=1), table), 2, free=free)


def test_bytes_are_written_as_people_read_them() -> None:
    assert (byte_size(3 * 2**30), byte_size(1.5 * 2**30), byte_size(200 * 2**20)) == ("3.0 GiB", "1.5 GiB", "200 MiB")
    assert byte_size(3 * 2**10) == "3 KiB"
