from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trasunto.cohort.plan import WIDEST, Job, evaluation_sets, plan, usual_layout, usual_width
from trasunto.cohort.shapes import Layout
from trasunto.data import Table, from_arrays
from trasunto.spec import Recipe

ROWS = np.random.default_rng(0).integers(0, 255, (30, 4)).astype(np.uint8)
TABLES = (from_arrays(ROWS[:20], test=ROWS[20:]), from_arrays(ROWS[:10], test=ROWS[20:]))
RECIPES = (
    *(Recipe("[3 sigmoid] > sigmoid", optimizer="sgd", learning_rate=rate) for rate in (0.1, 0.2, 0.3)),
    Recipe("[4 sigmoid] > sigmoid", optimizer="sgd"),
    Recipe("[3 sigmoid] > sigmoid", optimizer="sgd", order_seed=1),
    Recipe("[3 sigmoid drop=0.1] > sigmoid", optimizer="sgd"),
)


def job(id: str, recipe: Recipe = RECIPES[0], table: Table = TABLES[0], first: int = 0, last: int = 5) -> Job:
    return Job(id, recipe, 0, table, first, last)


@st.composite
def many_jobs(draw: st.DrawFn) -> list[Job]:
    kinds = st.tuples(st.sampled_from(RECIPES), st.sampled_from(TABLES), st.integers(0, 3), st.integers(0, 6))
    return [job(str(i), *kind) for i, kind in enumerate(draw(st.lists(kinds, max_size=40)))]


@settings(deadline=None, derandomize=True)
@given(many_jobs(), st.integers(1, 8))
def test_every_job_with_work_is_in_one_chunk_beside_its_like(jobs: list[Job], devices: int) -> None:
    chunks = plan(jobs, devices)
    planned = Counter(job.id for chunk in chunks for job in chunk.jobs)
    assert planned == Counter(job.id for job in jobs if job.last > job.first or job.first == 0)
    for chunk in chunks:
        assert 1 <= len(chunk.jobs) <= chunk.width
        assert len({job.chunk_key for job in chunk.jobs}) == 1
        assert len({job.recipe.structure for job in chunk.jobs}) == 1
        assert len({(job.table.fingerprint, job.recipe.order_seed, job.first) for job in chunk.jobs}) == 1
        assert chunk.epochs == max(job.last for job in chunk.jobs) - chunk.jobs[0].first
    for program in {chunk.program for chunk in chunks}:
        assert len({chunk.width for chunk in chunks if chunk.program == program}) == 1


@settings(deadline=None, derandomize=True)
@given(many_jobs())
def test_no_chunk_has_idle_slots_that_another_of_its_kind_could_fill(jobs: list[Job]) -> None:
    chunks = plan(jobs, 2, lambda program, alike: Layout(3))
    unfilled = Counter(chunk.jobs[0].chunk_key for chunk in chunks if len(chunk.jobs) < 3)
    assert all(count == 1 for count in unfilled.values())


def test_code_is_optimised_where_alike_networks_take_long_in_all_and_not_where_each_does() -> None:
    few, many = [job("0")], [job(str(number), last=5_000) for number in range(100)]
    program = few[0].program
    assert usual_layout(program, few, 2) == Layout(1, brief=True)
    assert usual_layout(program, few, 2, times=100_000) == Layout(1, brief=False)
    assert usual_layout(program, many, 2) == Layout(WIDEST, brief=False)


def test_members_that_end_together_share_a_chunk_and_otherwise_keep_their_order() -> None:
    jobs = [job(str(i), last=last) for i, last in enumerate([5, 9, 5, 9, 5])]
    chunks = plan(jobs, 1, lambda program, alike: Layout(2))
    assert [[job.id for job in chunk.jobs] for chunk in chunks] == [["1", "3"], ["0", "2"], ["4"]]


def test_members_that_differ_in_numbers_or_seeds_share_a_program_and_other_structures_do_not() -> None:
    programs = [job("", recipe).program for recipe in RECIPES]
    assert len(set(programs[:3])) == 1
    assert programs[4] == programs[0], "another order of rows is no other program"
    assert len({programs[0], programs[3], programs[5], job("", table=TABLES[1]).program}) == 4


def test_a_layout_that_was_recorded_is_kept() -> None:
    asked = []

    def recorded(program: object, alike: Sequence[Job]) -> Layout:
        asked.append(len(alike))
        return Layout(3, brief=True)

    chunks = plan([job(str(i)) for i in range(7)], 2, recorded)
    assert asked == [7]
    assert [(len(chunk.jobs), *chunk.layout) for chunk in chunks] == [(3, 3, True), (3, 3, True), (1, 3, True)]


@pytest.mark.parametrize(("members", "places", "width"), [(1, 2, 1), (2, 2, 1), (3, 2, 2), (361, 2, 16), (6, 1, 6)])
def test_small_networks_are_trained_side_by_side_but_never_while_a_device_is_idle(
    members: int, places: int, width: int
) -> None:
    assert usual_width(job("").program, members, places) == width <= WIDEST


def test_a_width_that_the_cache_decides_is_a_power_of_two() -> None:
    paper_a = job("", Recipe("[64 sigmoid] > sigmoid", batch_size=1000), from_arrays(np.zeros((1000, 784), np.uint8)))
    assert usual_width(paper_a.program, 361, 2) == 2


def test_networks_too_large_for_the_cache_are_trained_one_at_a_time() -> None:
    wide = job("", Recipe("[200000 relu] > sigmoid"))
    assert usual_width(wide.program, 100, 1) == 1


def test_a_program_counts_its_weights_and_products() -> None:
    program = job("", Recipe("5 relu > [3 tanh] > linear")).program
    assert program.products == (4 * 5, 5 * 3, 3 * 4)
    assert program.weights == Recipe("5 relu > [3 tanh] > linear").parameters(4)


def test_a_programs_key_is_the_same_in_every_process_and_differs_between_programs() -> None:
    keys = {job("", recipe, table).program.key for recipe in RECIPES for table in TABLES}
    assert len(keys) == 6
    assert job("").program.key == job("again").program.key
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)


def test_validation_and_test_rows_are_looked_at_and_classes_are_those_of_all_rows() -> None:
    table = from_arrays(ROWS[:20], [3] * 15 + [5] * 5, test=(ROWS[20:], [3] * 9 + [4])).hold_out(0.25)
    assert {name: len(rows) for name, rows in evaluation_sets(table).items()} == {"test": 10, "validation": 5}
    assert table.classes.tolist() == [3, 4, 5]
    assert TABLES[0].classes.tolist() == []
    assert job("", RECIPES[0].replace(loss="cross_entropy"), table).program.structure.classes == 3
