"""Which weights a store keeps, and what it says when they are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest
import safetensors

from trasunto.errors import StoreError
from trasunto.runs.faults import DamagedWeightsError
from trasunto.runs.packs import Pack, PackFile
from trasunto.runs.records import MemberRecord
from trasunto.runs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        opened.register(MemberRecord(id, "{}", 0, "f00d", "mnist", "", 1) for id in "abcdef")
        yield opened


def pack(ids: str, epoch: int, *, keep: bool = False) -> Pack:
    """Return a pack whose every member's weights are its letter's place and the epoch."""
    return Pack(tuple(ids), epoch, {"w": np.array([[ord(id) - ord("a"), epoch] for id in ids])}, keep)


def packs(store: Store) -> list[Path]:
    return sorted((store.path / "weights").iterdir())


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_a_checkpoint_replaces_the_earlier_one_and_its_file(store: Store) -> None:
    for epoch in (1, 2, 3):
        store.write(pack("ab", epoch))
    assert (store.epochs("a"), store.epochs("b")) == ((3,), (3,))
    assert [file.name[:6] for file in packs(store)] == ["000003"]


def test_a_file_stays_until_no_member_needs_it(store: Store) -> None:
    store.write(pack("ab", 1))
    store.write(pack("a", 2))
    assert (store.epochs("a"), store.epochs("b"), len(packs(store))) == ((2,), (1,), 2)
    store.write(pack("b", 2))
    assert [file.name[:6] for file in packs(store)] == ["000002", "000002"]


def test_snapshots_stay_and_supersede_checkpoints(store: Store) -> None:
    store.write(pack("a", 0, keep=True))
    store.write(pack("a", 1))
    store.write(pack("a", 2, keep=True))
    assert store.epochs("a") == (0, 2)
    store.write(pack("a", 3))
    store.write(pack("a", 4))
    assert store.epochs("a") == (0, 2, 4)


def test_a_checkpoint_at_the_epoch_of_a_snapshot_leaves_a_snapshot(store: Store) -> None:
    store.write(pack("a", 2, keep=True))
    store.write(pack("a", 2))
    store.write(pack("a", 5))
    assert store.epochs("a") == (2, 5)


def test_a_checkpoint_can_become_a_snapshot(store: Store) -> None:
    store.write(pack("a", 2))
    store.write(pack("a", 2, keep=True))
    store.write(pack("a", 5))
    assert store.epochs("a") == (2, 5)


def test_an_earlier_checkpoint_does_not_replace_a_later_one(store: Store) -> None:
    store.write(pack("a", 5))
    store.write(pack("a", 3))
    assert store.epochs("a") == (3, 5)
    store.write(pack("a", 5))
    assert store.epochs("a") == (5,)


def test_each_member_gets_its_own_slot_at_the_epoch_asked_for(store: Store) -> None:
    store.write(pack("abc", 1, keep=True))
    store.write(pack("cab", 2, keep=True))
    asked: list[tuple[str, int | None]] = [("c", 1), ("a", None), ("c", 2), ("b", 1), ("c", 1)]
    found = store.load_many(asked)
    assert [epoch for epoch, _ in found] == [1, 2, 2, 1, 1]
    assert [arrays["w"].tolist() for _, arrays in found] == [[2, 1], [0, 2], [2, 2], [1, 1], [2, 1]]


def test_loading_many_opens_each_file_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(pack("abc", 1))
    store.write(pack("def", 1))
    opened: list[Path] = []
    really_open = safetensors.safe_open

    def count(path: Path, framework: str) -> object:
        opened.append(path)
        return really_open(path, framework=framework)

    monkeypatch.setattr(safetensors, "safe_open", count)
    store.load_many((id, None) for id in "adbecf")
    assert len(opened) == len(set(opened)) == 2


def test_weights_that_are_not_there_are_refused_with_those_that_are(store: Store) -> None:
    store.write(pack("a", 1, keep=True))
    store.write(pack("a", 4))
    with pytest.raises(StoreError, match=r"no weights of member a at epoch 3 \(epochs with weights: 1, 4\)"):
        store.load("a", 3)
    with pytest.raises(StoreError, match=r"no weights of member b \(epochs with weights: none\)"):
        store.load("b")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip, "is damaged .its SHA-256"),
        (lambda file: file.write_bytes(file.read_bytes()[:-3]), r"is damaged \(\d+ bytes, and \d+ were written\)"),
        (Path.unlink, "is missing"),
    ],
)
def test_damage_is_found_with_its_file_and_members(store: Store, harm: Callable[[Path], object], said: str) -> None:
    store.write(pack("abcdef", 7))
    (file,) = packs(store)
    harm(file)
    with pytest.raises(DamagedWeightsError, match=rf"{file.name}' {said}.* epoch 7 of a, b, c, d and 2 more") as caught:
        store.load("b")
    assert (caught.value.file, caught.value.epoch, caught.value.members) == (file, 7, tuple("abcdef"))


def test_repair_forgets_what_is_damaged_and_leaves_the_rest(store: Store) -> None:
    store.write(pack("ab", 1, keep=True))
    store.write(pack("ab", 2, keep=True))
    store.write(pack("c", 9))
    flip(packs(store)[1])
    assert store.repair("c") == {}
    assert store.repair("a") == {"a": (2,), "b": (2,)}
    assert (store.epochs("a"), store.load("b")[0], store.epochs("c")) == ((1,), 1, (9,))
    assert len(packs(store)) == 2
    assert store.repair("abc") == {}


def test_writing_damaged_weights_again_heals_them(store: Store) -> None:
    store.write(pack("ab", 1))
    flip(packs(store)[0])
    store.write(pack("ab", 1))
    assert store.load("b")[1]["w"].tolist() == [1, 1]


def test_contents_are_verified_once_per_file_and_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(pack("ab", 1))
    store.load("a")
    flip(packs(store)[0])
    store.load("a")
    with Store.open(store.path, write=False) as reader, pytest.raises(DamagedWeightsError):
        reader.load("a")


def test_a_reader_follows_a_checkpoint_that_is_superseded_under_its_eyes(store: Store) -> None:
    store.write(pack("a", 1))
    with Store.open(store.path, write=False) as reader:
        shelf = reader._weights._packs
        look = shelf.fault

        def late(file: PackFile) -> str:
            store.write(pack("a", 2))
            return look(file)

        shelf.fault = late  # type: ignore[method-assign]
        epoch, arrays = reader.load("a")
    assert (epoch, arrays["w"].tolist()) == (2, [0, 2])


def test_weights_of_an_unregistered_member_are_a_fault_of_the_caller(store: Store) -> None:
    with pytest.raises(apsw.ConstraintError):
        store.write(pack("x", 1))
    assert packs(store) == []
