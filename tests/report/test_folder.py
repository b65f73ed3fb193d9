from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trasunto.errors import TrasuntoError
from trasunto.report import (
    Report,
    ReportError,
    folder,
    load_facts,
    prepare_folder,
    without_rows,
    write_page,
    write_report,
)
from trasunto.studies.findings import Findings

Build = Callable[..., Report]


def contents(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_a_report_of_version_1_is_read_and_made_again_as_it_was(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "version_1", tmp_path, dirs_exist_ok=True)
    before = contents(tmp_path)
    kept = load_facts(tmp_path)
    assert [study.study for study in kept.studies] == ["hidden-size", "demonstration"]
    assert kept.studies[0].facts["sizes"][0]["test_error"] == pytest.approx(0.1012854129076004)
    write_report(tmp_path, kept)
    made = contents(tmp_path)
    facts = json.loads(made.pop("facts.json"))
    assert [study.pop("row_facts") for study in facts["studies"]] == [[], ["drawings"]]
    assert facts == json.loads(before.pop("facts.json"))
    assert {name: made[name] for name in before} == before
    assert "Hidden size" in (tmp_path / "report.html").read_text()


def test_rows_are_left_out_of_a_report_of_version_1() -> None:
    kept = without_rows(load_facts(Path(__file__).parent / "version_1"))
    assert "drawings" not in kept.studies[1].facts
    assert not kept.pictures


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    assert prepare_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_report_is_four_kinds_of_file_and_nothing_else(tmp_path: Path, report: Report) -> None:
    assert write_report(tmp_path, report) == tmp_path / "report.html"
    assert set(contents(tmp_path)) == {"report.html", "report.md", "facts.json", "figures/hidden-size-curve.png"}
    assert {entry.name for entry in tmp_path.iterdir()} == {"report.html", "report.md", "facts.json", "figures"}


def test_files_are_readable_as_the_user_set_it_up(tmp_path: Path, report: Report) -> None:
    former = os.umask(0o022)
    try:
        page = write_report(tmp_path, report)
    finally:
        os.umask(former)
    assert stat.S_IMODE(page.stat().st_mode) == 0o644


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ReportError, match=r"'.*out' is a file, so no report"):
        prepare_folder(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_file_in_a_parents_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ReportError, match="cannot be written: Not a directory"):
        prepare_folder(tmp_path / "out" / "deeper")


def test_a_name_no_file_system_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be written: File name too long"):
        prepare_folder(tmp_path / ("long" * 100))


@pytest.mark.parametrize("denied", [".", "figures"])
def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, denied: str) -> None:
    (tmp_path / "figures").mkdir()
    allowed = tempfile.TemporaryFile

    def guarded(dir: Path) -> Any:  # tests may run as root, whom no mode bits stop
        if dir == tmp_path / denied:
            raise PermissionError(errno.EACCES, "Permission denied", str(dir))
        return allowed(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", guarded)
    with pytest.raises(TrasuntoError, match=r"the folder '.*' cannot be written: Permission denied; name another"):
        prepare_folder(tmp_path)


@pytest.mark.parametrize("name", ["report.html", "facts.json", "report.md"])
@pytest.mark.parametrize("mine", [b"", b"<html>mine</html>", b"{}", b"\xff\xfe\x00"])
def test_a_file_that_is_not_ours_is_never_replaced(tmp_path: Path, report: Report, name: str, mine: bytes) -> None:
    (tmp_path / name).write_bytes(mine)
    with pytest.raises(ReportError, match=f"{name}' was not written by trasunto"):
        prepare_folder(tmp_path)
    with pytest.raises(ReportError, match=f"{name}' was not written by trasunto"):
        write_report(tmp_path, report)
    assert contents(tmp_path) == {name: mine}


def test_a_folder_in_a_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ReportError, match="not written by trasunto"):
        prepare_folder(tmp_path)


def test_a_file_in_the_figures_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(ReportError, match="figures' is a file where"):
        prepare_folder(tmp_path)


def test_a_users_picture_of_the_same_name_is_never_replaced(tmp_path: Path, report: Report) -> None:
    mine = tmp_path / "figures" / "hidden-size-curve.png"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    with pytest.raises(ReportError, match="no report of trasunto is beside it"):
        write_report(tmp_path, report)
    assert contents(tmp_path) == {"figures/hidden-size-curve.png": b"mine"}


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path, report: Report) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "figures" / "mine.png").write_bytes(b"mine")
    write_report(tmp_path, report)
    write_report(tmp_path, report)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "figures" / "mine.png").read_bytes() == b"mine"


def test_our_own_report_is_replaced_and_its_old_figures_go(tmp_path: Path, build: Build, findings: Findings) -> None:
    write_report(tmp_path, build())
    write_report(tmp_path, build((replace(findings, study="loss"),), title="Another"))
    assert "Another" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [file.name for file in (tmp_path / "figures").iterdir()] == ["loss-curve.png"]


def test_the_same_report_is_written_to_the_same_bytes(tmp_path: Path, report: Report) -> None:
    write_report(tmp_path / "a", report)
    write_report(tmp_path / "b", report)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_full_disk_leaves_the_old_report_whole(tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    write_report(tmp_path, build())
    before = contents(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="No space left on device"):
        write_report(tmp_path, build(title="Another"))
    assert contents(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == 4


def test_a_kill_between_two_files_leaves_the_old_page_and_a_folder_that_can_be_written_again(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(tmp_path, build())
    page = (tmp_path / "report.html").read_bytes()
    replaced = Path.replace

    def killed_at_the_figures(self: Path, target: Path) -> Path:
        if target.suffix == ".png":
            raise KeyboardInterrupt
        return replaced(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed_at_the_figures)
        with pytest.raises(KeyboardInterrupt):
            write_report(tmp_path, build(title="Another"))
    assert (tmp_path / "report.html").read_bytes() == page
    write_report(tmp_path, build(title="A third"))
    assert load_facts(tmp_path).run.title == "A third"


def test_what_a_killed_writer_left_long_ago_is_cleared(tmp_path: Path, report: Report) -> None:
    old, young = tmp_path / ".trasunto-report-old", tmp_path / ".trasunto-report-young"
    old.mkdir()
    young.mkdir()
    (old / "0").write_bytes(b"half")
    os.utime(old, (0, 0))
    write_report(tmp_path, report)
    assert not old.exists()
    assert young.exists()


def test_a_page_is_made_again_from_facts_and_figures_alone(tmp_path: Path, report: Report) -> None:
    page = write_report(tmp_path, report)
    made = page.read_bytes()
    page.unlink()
    write_report(tmp_path, load_facts(tmp_path))
    assert page.read_bytes() == made


def test_a_folder_without_a_report_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"holds no report: there is no facts\.json"):
        load_facts(tmp_path)
    with pytest.raises(ReportError, match="holds no report"):
        load_facts(tmp_path / "nowhere")


def test_facts_that_are_no_text_are_refused_with_their_name(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ReportError, match=r"facts\.json' cannot be read"):
        load_facts(tmp_path)


def test_a_missing_or_foreign_picture_is_named(tmp_path: Path, report: Report) -> None:
    write_report(tmp_path, report)
    picture = tmp_path / "figures" / "hidden-size-curve.png"
    picture.write_bytes(b"another")
    with pytest.raises(ReportError, match=r"is not the one that facts\.json describes"):
        load_facts(tmp_path)
    picture.unlink()
    with pytest.raises(ReportError, match=r"hidden-size-curve\.png' cannot be read"):
        load_facts(tmp_path)


def test_edited_facts_cannot_reach_outside_their_folder(tmp_path: Path, build: Build) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"mine")
    write_report(tmp_path / "out", build())
    where = tmp_path / "out" / "facts.json"
    edited = json.loads(where.read_text(encoding="utf-8"))
    edited["studies"][0]["figures"][0]["name"] = "../../outside"
    where.write_text(json.dumps(edited), encoding="utf-8")
    with pytest.raises(ReportError, match="kebab case"):
        load_facts(tmp_path / "out")
    write_report(tmp_path / "out", build())
    assert outside.read_bytes() == b"mine"


def test_a_single_page_is_written_under_any_name_and_replaced_if_it_is_ours(tmp_path: Path, build: Build) -> None:
    page = write_page(tmp_path / "deep" / "answer.html", build())
    write_page(page, build(title="Another"))
    assert "Another" in page.read_text(encoding="utf-8")
    assert [file.name for file in page.parent.iterdir()] == ["answer.html"]


def test_a_single_page_never_replaces_what_is_not_ours(tmp_path: Path, report: Report) -> None:
    (tmp_path / "thesis.html").write_text("mine")
    with pytest.raises(ReportError, match=r"thesis\.html' was not written by trasunto"):
        write_page(tmp_path / "thesis.html", report)
    assert contents(tmp_path) == {"thesis.html": b"mine"}


def test_names_that_are_no_unicode_do_not_stop_the_writing(tmp_path: Path, build: Build) -> None:
    write_report(tmp_path, build(title="data-\udcff.csv", command="trasunto report \udcff"))
    assert load_facts(tmp_path).run.title == "data-\ufffd.csv"
    assert "data-\ufffd.csv" in (tmp_path / folder.PAGE).read_text(encoding="utf-8")
