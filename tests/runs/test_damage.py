"""Whatever happens to a store's files is found and named, leaves the rest usable, and is put right."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import DataError, StoreError
from trasunto.runs.checking import DAMAGE, GONE, LEFTOVER, check
from trasunto.runs.faults import DamagedWeightsError
from trasunto.runs.packs import Arrays, PackFile, PackFolder
from trasunto.runs.records import RunRecord
from trasunto.runs.repairing import repair
from trasunto.runs.seal import put_back
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe, Stopping

Harm = Callable[[Path, np.random.Generator], object]

RECIPE = Recipe("[2 tanh drop=0.1] > linear", optimizer="adam", learning_rate=0.05, batch_size=8)
GRID = RECIPE.grid(learning_rate=[0.01, 0.05, 0.1])


@pytest.fixture(scope="module")
def table() -> Table:
    rng = np.random.default_rng(0)
    x = rng.random((40, 3)).astype(np.float32)
    return from_arrays(x[:32], y=rng.integers(0, 2, 32), test=(x[32:], rng.integers(0, 2, 8)))


@pytest.fixture(scope="module")
def whole(table: Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two runs: three members with a snapshot, and one member of its own."""
    folder = tmp_path_factory.mktemp("whole") / "runs"
    train(GRID, table, epochs=4, snapshots=[2], store=folder, name="three")
    train(RECIPE.replace(learning_rate=0.2), table, epochs=3, snapshots=[], store=folder, name="one")
    return folder


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "runs")


def flip(file: Path, chance: np.random.Generator) -> None:
    content = bytearray(file.read_bytes())
    for place in chance.integers(0, len(content), int(chance.integers(1, 9))):
        content[place] ^= int(chance.integers(1, 256))
    if bytes(content) == file.read_bytes():
        content[0] ^= 1
    file.write_bytes(content)


def cut(file: Path, chance: np.random.Generator) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(chance.integers(0, len(content)))])


def lose(file: Path, chance: np.random.Generator) -> None:
    file.unlink()


HARMS: list[Harm] = [flip, cut, lose]


def files(store: Path) -> list[str]:
    """Return the files that hold something: not the lock, nor what a reader makes beside a database and leaves."""
    passing = ("writer.lock", "store.sqlite-shm", "store.sqlite-wal")
    found = (path for path in store.rglob("*") if path.is_file() and path.name not in passing)
    return sorted(str(path.relative_to(store)) for path in found)


def everything(folder: Path) -> dict[str, Any]:
    """Return all that a store says, but for the time that training took."""
    with Store.open(folder, write=False) as store:
        ids = store.ids()
        return {
            "members": store.members(ids),
            "runs": store.runs(),
            "curves": repr(store.curves(ids).to_dict("list")),  # as text, because NaN is not NaN
            "progress": {id: (at.epoch, at.status, at.reason) for id, at in store.progress(ids).items()},
            "weights": {id: {epoch: plain(store.load(id, epoch)[1]) for epoch in store.epochs(id)} for id in ids},
        }


def plain(arrays: Arrays) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in arrays.items()}


def assert_usable_but_for(folder: Path, harmed: str, before: dict[str, Any]) -> None:
    """Load all weights that lie in other files, each as it was."""
    with Store.open(folder, write=False) as store:
        for id in store.ids():
            for epoch, file in store.files([id])[id].items():
                if file == Path(harmed).name:
                    with pytest.raises(DamagedWeightsError, match=f"{file}' is .*{id}"):
                        store.load(id, epoch)
                else:
                    assert plain(store.load(id, epoch)[1]) == before["weights"][id][epoch]


def assert_found_and_mended(store: Path, harmed: str, table: Table, before: dict[str, Any]) -> None:
    condition = check(store)
    named = {fault.place for fault in condition.faults if fault.kind == DAMAGE}
    assert harmed in named
    assert all(harmed in fault.said for fault in condition.faults if fault.place == harmed)
    assert named <= {harmed, *(file for file in named if harmed == "store.sqlite" and file.startswith("weights"))}
    if harmed.startswith("weights"):
        assert_usable_but_for(store, harmed, before)
    done = repair(store, lambda run: table)
    assert done.after.faults == ()
    assert done.restored == (harmed == "store.sqlite")
    assert everything(store) == before


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("kind", ["store.sqlite", "store.sqlite.copy", "store.sqlite.sums", "weights/000004"])
def test_a_file_that_is_flipped_cut_or_lost_is_found_and_mended(
    store: Path, table: Table, whole: Path, kind: str, harm: Harm
) -> None:
    harmed = next(file for file in files(store) if file == kind or (kind in file and file.startswith("weights")))
    harm(store / harmed, np.random.default_rng(0))
    if (harm, kind) == (lose, "store.sqlite.sums"):
        assert not check(store).sealed, "as after a kill"
        assert check(store).faults == ()
        return
    assert_found_and_mended(store, harmed, table, everything(whole))


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_random_damage_to_any_file_is_found_and_mended(whole: Path, table: Table, tmp_path: Path) -> None:
    chance, before = np.random.default_rng(2), everything(whole)
    for number in range(60):
        store = shutil.copytree(whole, tmp_path / str(number))
        harmed = str(chance.choice(files(store)))
        harm = HARMS[int(chance.integers(len(HARMS)))]
        if (harm, harmed) == (lose, "store.sqlite.sums"):
            continue
        harm(store / harmed, chance)
        assert_found_and_mended(store, harmed, table, before)


def test_a_damaged_database_is_not_written_to(store: Path, table: Table) -> None:
    flip(store / "store.sqlite", np.random.default_rng(5))
    before = (store / "store.sqlite").read_bytes()
    with pytest.raises(StoreError, match=r"damaged .*`trasunto store (repair|check) --store "):
        train(GRID, table, epochs=5, store=store)
    assert (store / "store.sqlite").read_bytes() == before


def test_a_database_lost_with_its_copy_is_refused(store: Path, table: Table) -> None:
    for seed, name in enumerate(("store.sqlite", "store.sqlite.copy")):
        flip(store / name, np.random.default_rng(seed))
    assert [fault.place for fault in check(store).faults][:2] == ["store.sqlite", "store.sqlite.copy"]
    with pytest.raises(StoreError, match="is damaged and there is no sound copy of it"):
        repair(store, lambda run: table)


def test_a_database_harmed_after_a_kill_is_put_back_as_it_was_before_that_run(store: Path, table: Table) -> None:
    earlier = everything(store)
    train(GRID, table, epochs=6, snapshots=[2], store=store, name="three")
    (store / "store.sqlite.sums").unlink()  # as a kill leaves it
    shutil.copy(store / "store.sqlite", store / "store.sqlite.copy")
    train(RECIPE.replace(learning_rate=0.3), table, store=store, epochs=2)
    later = everything(store)
    shutil.copy(store / "store.sqlite.copy", store / "kept")
    (store / "store.sqlite.sums").unlink()
    (store / "store.sqlite").write_bytes(b"nothing")
    done = repair(store, lambda run: table)
    assert done.restored
    assert done.after.faults == ()
    assert everything(store) == later != earlier


def test_what_an_older_copy_replaces_stays_beside_it_with_its_log_and_packs(store: Path, table: Table) -> None:
    packs = {path.name for path in (store / "weights").iterdir()}
    (store / "store.sqlite.sums").unlink()  # as a kill leaves it
    later = {name: name.encode() for name in ("store.sqlite", "store.sqlite-wal")}
    for name, content in later.items():
        (store / name).write_bytes(content)
    assert put_back(store)
    assert put_back(store), "again, and nothing is overwritten"
    assert (store / "store.sqlite.damaged").read_bytes() == later["store.sqlite"]
    assert (store / "store.sqlite.damaged-wal").read_bytes() == later["store.sqlite-wal"]
    assert (store / "store.sqlite.damaged-2").is_file()
    assert {path.name for path in (store / "weights.damaged").iterdir()} == packs
    assert check(store).readable


def test_a_pack_that_cannot_be_read_is_no_fault_of_the_database(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(packs: PackFolder, file: PackFile) -> str:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(PackFolder, "fault", fails)
    found = check(store)
    assert found.readable
    assert found.faults
    assert all("cannot be read (input/output error)" in fault.said for fault in found.faults)


def test_what_a_kill_leaves_is_found_and_deleted(store: Path, table: Table) -> None:
    (store / "weights" / "000009-0123456789abcdef.part").touch()
    (fault,) = check(store).faults
    assert (fault.kind, fault.place) == (LEFTOVER, "weights/000009-0123456789abcdef.part")
    assert repair(store, lambda run: table).after.faults == ()


def test_weights_that_an_earlier_request_forgot_are_missed_and_trained_again(
    store: Path, table: Table, whole: Path
) -> None:
    """A request for one member forgets what is damaged of all that shared its file."""
    for file in (store / "weights").iterdir():
        flip(file, np.random.default_rng(0))
    with Store.open(store) as opened:
        lost = opened.repair(opened.ids())
    assert {(fault.kind, fault.members[0], fault.epoch) for fault in check(store).faults} == {
        (GONE, id, epoch) for id, epochs in lost.items() for epoch in epochs
    }
    assert repair(store, lambda run: table).retrained == lost
    assert everything(store) == everything(whole)


def test_all_weights_can_be_had_again_from_the_database_alone(store: Path, table: Table, whole: Path) -> None:
    shutil.rmtree(store / "weights")
    assert {fault.kind for fault in check(store).faults} == {DAMAGE}
    assert repair(store, lambda run: table).after.faults == ()
    assert everything(store) == everything(whole)


def test_a_run_that_was_stopped_is_mended_as_far_as_it_had_come(tmp_path: Path, table: Table) -> None:
    train(GRID, table, epochs=3, snapshots=[], store=tmp_path, name="long")
    with Store.open(tmp_path) as store:
        (run,) = store.runs()
        store.name_run("long", run.request.replace('"epochs": 3', '"epochs": 50'), run.rows, run.ids)
    before = everything(tmp_path)
    for file in (tmp_path / "weights").iterdir():
        flip(file, np.random.default_rng(0))
    assert set(repair(tmp_path, lambda run: table).retrained.values()) == {(3,)}
    assert everything(tmp_path) == before


def test_members_that_ended_early_or_began_elsewhere_are_mended_too(tmp_path: Path, table: Table) -> None:
    steep = Recipe("[2 linear] > linear", optimizer="sgd", learning_rate=30.0, batch_size=8)
    diverged = train(steep, table, epochs=60, snapshots=[], store=tmp_path)
    assert diverged.frame()["status"].tolist() == ["diverged"]
    train(RECIPE, table, epochs=60, store=tmp_path, stopping=Stopping(patience=1), snapshots=[])
    given = train(RECIPE, table, epochs=2, snapshots=[], store=tmp_path).members[0].weights
    classifier = RECIPE.replace(loss="cross_entropy")
    train(classifier, table, epochs=3, snapshots=[], store=tmp_path, starts=[given])
    train(RECIPE.replace(validation=0.25), table, epochs=3, snapshots=[], store=tmp_path)
    before = everything(tmp_path)
    begun = {file.name for file in (tmp_path / "weights").iterdir() if file.name.startswith("000000")}
    assert begun, "the weights that the classifier started from"
    for file in (tmp_path / "weights").iterdir():
        if file.name not in begun:
            flip(file, np.random.default_rng(0))
    done = repair(tmp_path, lambda run: table)
    assert (done.left, done.after.faults) == ((), ())
    assert everything(tmp_path) == before
    for file in (tmp_path / "weights").iterdir():
        if file.name in begun:
            flip(file, np.random.default_rng(0))
    done = repair(tmp_path, lambda run: table)
    assert [reason.partition(": ")[2] for reason in done.left] == [
        "the weights that it started from are gone: train it again with the same `starts`"
    ]


def test_other_rows_and_rows_that_are_not_there_are_said(store: Path, table: Table) -> None:
    flip(sorted((store / "weights").iterdir())[-1], np.random.default_rng(0))

    def lost(run: RunRecord) -> Table:
        raise DataError(f"the rows of {run.name} are nowhere")

    done = repair(store, lost)
    assert len(done.left) == 1
    assert done.left[0].endswith(": the rows of three are nowhere")
    done = repair(store, lambda run: table.take(slice(0, 20)))
    assert "are not the rows that it was trained on" in done.left[0]
    assert [fault.kind for fault in done.after.faults] == [GONE] * len(done.after.faults) != []
    assert repair(store, lambda run: table).after.faults == ()


def test_a_check_changes_nothing_and_waits_for_no_writer(store: Path) -> None:
    before = {file: (store / file).read_bytes() for file in files(store)}
    assert check(store).faults == ()
    assert {file: (store / file).read_bytes() for file in files(store)} == before
    with Store.open(store), pytest.raises(StoreError, match="is being written by process"):
        check(store)


def test_what_is_no_store_is_not_made_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        check(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="there is no store at"):
        check(tmp_path)
    assert list(tmp_path.iterdir()) == []
