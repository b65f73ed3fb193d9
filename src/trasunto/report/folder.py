"""A report's folder: checked before training, written whole or not at all, read back to make the page again."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trasunto.files import synced
from trasunto.report import facts, markdown, page
from trasunto.report.facts import ReportError
from trasunto.report.sections import Report

PAGE, FACTS, TEXT, FIGURES = "report.html", "facts.json", "report.md", "figures"

_MARKERS = {PAGE: page.MARKER, FACTS: f'"{facts.SCHEMA}"', TEXT: markdown.MARKER}
_MARKED_WITHIN = 1024
_UNFINISHED = ".trasunto-report-"
_ABANDONED_AFTER = 3600.0


def prepare_folder(folder: str | os.PathLike[str]) -> Path:
    """Make sure, before anything is trained, that a report can be written into `folder`, and make it if need be.

    Raises
    ------
    ReportError
        If it is a file, cannot be written, or holds a file of a report's name that trasunto did not write.
    """
    path = Path(folder)
    with _explained(path):
        if path.exists() and not path.is_dir():
            raise ReportError(f"'{path}' is a file, so no report can be written into it; name a folder")
        path.mkdir(parents=True, exist_ok=True)
        for place in filter(Path.is_dir, (path, path / FIGURES)):
            with tempfile.TemporaryFile(dir=place):
                pass
    _refuse_foreign(path)
    return path


def write_report(folder: str | os.PathLike[str], report: Report) -> Path:
    """Write ``report.html``, ``report.md``, ``facts.json`` and ``figures/*.png`` into `folder`; return the page's path.

    Everything is written aside first, so that a report already there is replaced only by a complete one. Other files
    in the folder are left alone.

    Raises
    ------
    ReportError
        As :func:`prepare_folder` does, and if the disk fills up.
    """
    path = prepare_folder(folder)
    pictures = {f"{FIGURES}/{figure.name}.png": report.pictures[figure.name] for figure in report.figures}
    _refuse_foreign_pictures(path, pictures)
    # facts.json first: it claims the folder, and its checksums betray pictures of another run. The page last: it
    # stands alone, so that a kill between the two leaves the old one whole.
    texts = {FACTS: facts.encode(report)}, {TEXT: markdown.render_markdown(report), PAGE: page.render_page(report)}
    first, last = ({name: text.encode("utf-8") for name, text in part.items()} for part in texts)
    former = _figure_names(path)
    with _explained(path):
        _replace(path, first | pictures | last)
        for name in former - set(report.order):
            (path / FIGURES / f"{name}.png").unlink(missing_ok=True)
    return path / PAGE


def write_page(path: str | os.PathLike[str], report: Report) -> Path:
    """Write only the page, to a file of any name; a page of ours there is replaced.

    Raises
    ------
    ReportError
        If the file cannot be written or exists and was not written by trasunto.
    """
    path = Path(path)
    _refuse_unless_ours(path, page.MARKER)
    with _explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path.parent, {path.name: page.render_page(report, alone=True).encode("utf-8")})
    return path


def load_facts(folder: str | os.PathLike[str]) -> Report:
    """Read a report back from ``facts.json`` and its figures, so that its page can be written again.

    Raises
    ------
    ReportError
        If there is none, it was not written by this trasunto or an earlier one, or its pictures are missing or others.
    """
    path = Path(folder)
    where = path / FACTS
    try:
        contents = facts.decode(where.read_text(encoding="utf-8"), str(where))
    except FileNotFoundError as error:
        raise ReportError(f"'{path}' holds no report: there is no {FACTS} in it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"'{where}' cannot be read: {error}") from error
    # Twice, because the pictures to be read are named in what is being validated.
    figures = facts.restore(contents, {}, str(where)).figures
    return facts.restore(
        contents, {figure.name: _picture(path, figure.name, figure.sha256) for figure in figures}, str(where)
    )


def _picture(folder: Path, name: str, sha256: str) -> bytes:
    where = folder / FIGURES / f"{name}.png"
    try:
        content = where.read_bytes()
    except OSError as error:
        raise ReportError(f"the figure '{where}' cannot be read: {error.strerror}; run the study again") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ReportError(f"the figure '{where}' is not the one that {FACTS} describes; run the study again")
    return content


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` aside, then move each to its place, in their order."""
    _clear_abandoned(folder)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=folder) as aside:
        for position, content in enumerate(files.values()):
            with synced(Path(aside) / str(position)) as file:
                file.write(content)
        for position, name in enumerate(files):
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            (Path(aside) / str(position)).replace(place)


def _clear_abandoned(folder: Path) -> None:
    """Remove what a killed writer left; a young one may still be at work."""
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - leftover.stat().st_mtime > _ABANDONED_AFTER:
            shutil.rmtree(leftover, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    for name, marker in _MARKERS.items():
        _refuse_unless_ours(folder / name, marker)
    figures = folder / FIGURES
    if figures.exists() and not figures.is_dir():
        raise ReportError(f"'{figures}' is a file where the figures' folder belongs; move it or name another folder")


def _refuse_foreign_pictures(folder: Path, pictures: Mapping[str, bytes]) -> None:
    """Refuse pictures of our figures' names in a folder that holds no report yet: they are the user's."""
    if (folder / FACTS).exists():
        return
    for name in pictures:
        if (folder / name).exists():
            raise ReportError(f"'{folder / name}' exists and no report of trasunto is beside it; name another folder")


def _refuse_unless_ours(path: Path, marker: str) -> None:
    if not os.path.lexists(path):
        return
    head = b""
    if path.is_file():
        with _explained(path.parent), path.open("rb") as file:
            head = file.read(_MARKED_WITHIN)
    if marker.encode() not in head:
        raise ReportError(f"'{path}' was not written by trasunto, so it is not replaced; move it or name another place")


def _figure_names(folder: Path) -> set[str]:
    """Return the figures of the report that is already in `folder`, none where it cannot be read."""
    try:
        contents = facts.decode((folder / FACTS).read_text(encoding="utf-8"), FACTS)
        return set(facts.restore(contents, {}, FACTS).order)
    except (OSError, ValueError):
        return set()


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportError(f"the folder '{folder}' cannot be written: {error.strerror}; name another") from error
