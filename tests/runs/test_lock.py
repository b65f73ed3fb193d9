"""One writer at a time, and never a lock that outlives its holder."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from trasunto.errors import StoreError
from trasunto.runs.lock import hold
from trasunto.runs.records import MemberRecord
from trasunto.runs.store import Store

WRITER = """
import sys, time
from trasunto.runs.records import MemberRecord
from trasunto.runs.store import Store
store = Store.open(sys.argv[1])
store.register([MemberRecord("a", "{}", 0, "", "", "", 1)])
print("ready", flush=True)
time.sleep(60)
"""


def test_a_second_writer_in_this_process_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path), pytest.raises(StoreError, match=r"is being written by process \d+"):
        Store.open(tmp_path)
    Store.open(tmp_path).close()


def test_a_second_process_is_told_who_writes_until_that_one_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            with pytest.raises(StoreError, match=f"store '{tmp_path}' is being written by process {writer.pid} on "):
                Store.open(tmp_path)
        finally:
            writer.kill()
    with Store.open(tmp_path, write=False) as store:
        assert list(store.members("a")) == ["a"], "a reader finds what a killed writer had committed"
    with Store.open(tmp_path) as store:
        store.register([MemberRecord("b", "{}", 0, "", "", "", 1)])
        assert list(store.members("ab")) == ["a", "b"]


def test_a_writer_that_has_left_is_not_named(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with closing(hold(tmp_path)), pytest.raises(StoreError, match="is being written by another process"):
        Store.open(tmp_path)


def test_a_store_that_could_not_be_opened_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_text("something else")
    for _ in range(2):
        with pytest.raises(StoreError, match="file is not a database"):
            Store.open(tmp_path)
