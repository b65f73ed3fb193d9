"""A report as strict JSON and back.

A float that JSON has no word for is written as the string ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``; null means that
there is no value. The file begins with its schema, by which trasunto knows its own files.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trasunto.errors import TrasuntoError
from trasunto.report.sections import VERSION, Report
from trasunto.wording import legible

SCHEMA = "trasunto-report"
"""What every facts.json of ours calls itself."""

READABLE = (1, VERSION)
"""Versions that can be read. Version 1 has other keys within a study's `facts`, which a page prints as they are."""

_ROWS_OF_1: Mapping[Any, tuple[str, ...]] = {"demonstration": ("drawings",), "detection": ("strangest",)}

_REPORT = TypeAdapter(Report)


class ReportError(TrasuntoError):
    """A report that cannot be written where it was asked for, or cannot be read back."""


def encode(report: Report) -> str:
    """Return everything in `report` but the pictures themselves, as strict JSON."""
    contents = {"schema": SCHEMA, "version": report.version, "run": plain(report.run), "studies": plain(report.studies)}
    return json.dumps(contents, indent=1, allow_nan=False) + "\n"


def decode(text: str, where: str) -> dict[str, Any]:
    """Return the contents of a facts.json as plain values; `where` names the file in errors.

    Raises
    ------
    ReportError
        If it is no JSON, not ours, or of a newer version.
    """
    try:
        contents = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"'{where}' is not JSON that trasunto can read: {error}") from error
    if not isinstance(contents, dict) or contents.get("schema") != SCHEMA:
        raise ReportError(f"'{where}' was not written by trasunto: its schema is not '{SCHEMA}'")
    version = contents.get("version")
    if version not in READABLE:
        raise ReportError(f"'{where}' has version {version!r}; this trasunto reads up to {VERSION}, so use the other")
    return contents


def restore(contents: Mapping[str, Any], pictures: Mapping[str, bytes], where: str) -> Report:
    """Return the report of which `contents` are the facts.

    Raises
    ------
    ReportError
        If a key is missing or holds something else than it should, named with its path.
    """
    stored = {key: contents[key] for key in ("version", "run", "studies") if key in contents}
    if contents.get("version") == 1 and isinstance(studies := stored.get("studies"), list):
        stored["studies"] = [_with_row_facts(study) for study in studies]
    try:
        return _REPORT.validate_python(stored | {"pictures": dict(pictures)})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ReportError(f"'{where}' does not describe a report at '{key}': {first['msg']}") from error


def _with_row_facts(study: Any) -> Any:
    """Return a study of version 1, which did not say which of its facts hold rows, with their names."""
    if not isinstance(study, dict) or not isinstance(study.get("facts"), dict):
        return study
    names = _ROWS_OF_1.get(study.get("study"), ())
    return study | {"row_facts": [name for name in names if study["facts"].get(name)]}


def plain(value: Any) -> Any:
    """Return `value` in JSON's own types: dataclasses and mappings as objects, sequences and arrays as lists.

    Examples
    --------
    >>> plain({1: (float("nan"), None), "b": True})
    {'1': ['NaN', None], 'b': True}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _finite(float(value))
    if isinstance(value, str):
        return legible(str(value))
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {legible(str(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if hasattr(value, "tolist"):  # numpy's scalars and arrays, without importing numpy
        return plain(value.tolist())
    raise TypeError(f"a report cannot hold a {type(value).__name__}: {value!r}")


def _finite(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
