from __future__ import annotations

from pathlib import Path

import pytest

from trasunto.errors import TrasuntoError
from trasunto.files import refuse_taken, write_new


def test_a_free_place_is_left_as_it_was(tmp_path: Path) -> None:
    assert refuse_taken(tmp_path / "a.csv", (".csv",)) == tmp_path / "a.csv"
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_refused_dangling_links_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(TrasuntoError, match=r"a\.csv' exists and is not overwritten"):
        refuse_taken(tmp_path / "a.csv", (".csv",))


def test_another_ending_is_refused_with_the_legal_ones(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match=r"must end in \.csv or \.parquet"):
        refuse_taken(tmp_path / "a.xls", (".csv", ".parquet"))


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match=r"there is no folder '.*nowhere'"):
        refuse_taken(tmp_path / "nowhere" / "a.csv", (".csv",))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(TrasuntoError, match=r"a\.csv' cannot be written: No space left on device"):
        refuse_taken(tmp_path / "a.csv", (".csv",))


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    written = write_new(tmp_path / "a.csv", lambda aside: aside.write_text("whole"))
    assert written.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [written]


@pytest.mark.parametrize(("error", "seen"), [(OSError(28, "full"), TrasuntoError), (KeyError("ours"), KeyError)])
def test_a_file_that_fails_halfway_leaves_nothing(tmp_path: Path, error: Exception, seen: type[Exception]) -> None:
    def write(aside: Path) -> None:
        aside.write_text("hal")
        raise error

    with pytest.raises(seen):
        write_new(tmp_path / "a.csv", write)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_came_in_between_is_kept(tmp_path: Path) -> None:
    def write(aside: Path) -> None:
        aside.write_text("ours")
        (tmp_path / "a.csv").write_text("theirs")

    with pytest.raises(TrasuntoError, match="exists"):
        write_new(tmp_path / "a.csv", write)
    assert (tmp_path / "a.csv").read_text() == "theirs"
