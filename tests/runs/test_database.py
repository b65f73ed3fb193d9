"""Which folders are stores, and what is said of those that are not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trasunto.errors import StoreError
from trasunto.runs.schema import FORMAT_VERSION, SCHEMA
from trasunto.runs.store import Store


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "store.sqlite")) as connection, connection:
        connection.execute(statement)


def test_a_newer_store_is_refused_with_both_versions(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    change(tmp_path, "UPDATE meta SET value = '99' WHERE key = 'format'")
    for write in (True, False):
        with pytest.raises(StoreError, match=f"has format 99, and this trasunto knows formats up to {FORMAT_VERSION}"):
            Store.open(tmp_path, write=write)


def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(StoreError, match=r"holds other files .'thesis.tex'. and no store"):
        Store.open(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_somebody_elses_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    change(tmp_path, "CREATE TABLE recipes (name TEXT)")
    before = (tmp_path / "store.sqlite").read_bytes()
    for write in (True, False):
        with pytest.raises(StoreError, match="is not the database of a store"):
            Store.open(tmp_path, write=write)
    assert (tmp_path / "store.sqlite").read_bytes() == before


def test_reading_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        Store.open(tmp_path / "runs", write=False)
    assert list(tmp_path.iterdir()) == []


def test_a_store_whose_making_was_cut_short_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("trasunto.runs.database.SCHEMA", f"{SCHEMA} CREATE nonsense;")
        with pytest.raises(StoreError, match="cannot be opened"):
            Store.open(tmp_path)
    assert (tmp_path / "store.sqlite").exists()
    with Store.open(tmp_path) as store:
        assert store.runs() == []


def test_a_name_with_odd_characters_is_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "año 1?mode=ro#%41"
    Store.open(folder).close()
    with Store.open(folder, write=False) as store:
        assert store.runs() == []
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]
