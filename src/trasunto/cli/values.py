"""Values parsed from what was typed."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from trasunto.errors import TrasuntoError


def _truth(text: str) -> bool:
    return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]


_READERS: dict[type, tuple[str, Callable[[str], Any]]] = {
    int: ("a whole number", int),
    float: ("a number", float),
    bool: ("true or false", _truth),
    str: ("text", str),
}


def assignment(option: str, text: str) -> tuple[str, str]:
    """Split ``name=value``; hyphens in the name are as good as underscores.

    Raises
    ------
    TrasuntoError
        There is no name or no equals sign.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise TrasuntoError(f"{option} '{text}' lacks its value: write {option} name=value")
    return name.strip().replace("-", "_"), value.strip()


def assignments(option: str, texts: Iterable[str], read: Callable[[str, str], Any]) -> dict[str, Any]:
    """Return ``name=value`` texts as a dictionary, each value read by `read` from its name and its text.

    Raises
    ------
    TrasuntoError
        One of them is no assignment, or a name comes twice.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, value = assignment(option, text)
        if name in values:
            raise TrasuntoError(f"{option} {name} is given twice")
        values[name] = read(name, value)
    return values


def read(what: str, text: str, kind: type) -> Any:
    """Read one value of a kind: int, float, bool or str.

    Raises
    ------
    TrasuntoError
        The text is none; the sentence begins with `what`.
    """
    wanted, reader = _READERS[kind]
    try:
        return reader(text)
    except (ValueError, KeyError):
        raise TrasuntoError(f"{what} must be {wanted}, not '{text}'") from None


def listed(what: str, text: str, kind: type) -> list[Any]:
    """Read numbers that commas separate.

    Raises
    ------
    TrasuntoError
        One of them is no number of that kind.

    Examples
    --------
    >>> listed("--snapshots", "0, 10,50", int)
    [0, 10, 50]
    """
    return [read(what, part, kind) for part in _parts(text)]


def setting(settings: type[Any], name: str, text: str) -> Any:
    """Read the value of a study's setting as the type of its field says; a name it does not have is left as text.

    Raises
    ------
    TrasuntoError
        The text is no such value.
    """
    return _as(f"setting {name}", text, get_type_hints(settings).get(name, str))


def refuse_page(out: Path | None) -> None:
    """Refuse a page where a folder is asked for, before anything is read.

    Raises
    ------
    TrasuntoError
        It names a page.
    """
    if out is not None and out.suffix == ".html":
        raise TrasuntoError(
            f"--out '{out}' names a page, and a folder is asked for (trasunto report writes pages alone)"
        )


def as_typed(value: Any) -> str:
    """Return a setting's value as one would type it: what `setting` reads back."""
    from trasunto.studies.images import FileImage, RowImage

    if isinstance(value, tuple):
        return ",".join(map(as_typed, value))
    if isinstance(value, RowImage):
        return f"{value.split}:{value.index}"
    return value.path if isinstance(value, FileImage) else str(value).lower() if isinstance(value, bool) else str(value)


def _as(what: str, text: str, kind: Any) -> Any:
    from trasunto.studies.images import ImageRef, parse_image

    if kind == ImageRef:
        return parse_image(text)
    if get_origin(kind) is tuple:
        return tuple(_as(what, part, get_args(kind)[0]) for part in _parts(text))
    if get_origin(kind) in (Union, types.UnionType):
        others = [one for one in get_args(kind) if one is not types.NoneType]
        return None if text.lower() == "none" else _as(what, text, others[0])
    return read(what, text, kind)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
