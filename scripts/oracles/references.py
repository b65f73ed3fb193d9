"""The libraries' curves as they are kept in ``tests/references``: losses in full, weights as two numbers an array."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scripts.oracles.cases import TOLERANCES, Curve

FOLDER = Path(__file__).parents[2] / "tests" / "references"
SCRIPT = "python -m scripts.oracles --write"


class Summary(NamedTuple):
    """What is kept of a curve: its losses, and each array of its last weights as (norm, projection)."""

    loss: list[float]
    test_loss: list[float]
    weights: dict[str, tuple[float, float]]


def summarise(curve: Curve) -> Summary:
    """Return what is kept of a curve."""
    return Summary(curve.loss, curve.test_loss, {name: _two_numbers(array) for name, array in curve.weights.items()})


def difference(found: Summary, expected: Summary) -> float:
    """Return the largest relative difference; infinite where they are not of one form or a number is not finite."""
    if _form(found) != _form(expected):
        return float("inf")
    ours, theirs = np.array(found.loss + found.test_loss), np.array(expected.loss + expected.test_loss)
    mine, others = np.array([found.weights[name] for name in expected.weights]), np.array([*expected.weights.values()])
    largest = np.max([(abs(ours - theirs) / theirs).max(), (abs(mine - others) / others[:, :1]).max()])
    return float(largest) if np.isfinite(largest) else float("inf")


def read(library: str, folder: Path = FOLDER) -> dict[str, Summary]:
    """Return the kept curves of a library by the names of their cases."""
    curves = json.loads(_path(library, folder).read_text())["curves"]
    return {name: Summary(**curve) for name, curve in curves.items()}


def write(library: str, curves: Mapping[str, Summary], versions: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Keep a library's float64 curves, with what made them."""
    content = {
        "script": SCRIPT,
        "versions": dict(versions),
        "tolerances": TOLERANCES,
        "curves": {name: summary._asdict() for name, summary in curves.items()},
    }
    _path(library, folder).write_text(_on_few_lines(content) + "\n")


def _form(summary: Summary) -> tuple[int, int, set[str]]:
    return len(summary.loss), len(summary.test_loss), set(summary.weights)


def _path(library: str, folder: Path) -> Path:
    return folder / f"{library}.json"


def _two_numbers(array: np.ndarray) -> tuple[float, float]:
    """Return the norm of an array and its projection on a fixed direction; unequal arrays do not share both by luck."""
    values = array.astype(np.float64).ravel()
    direction = np.cos(np.arange(values.size))
    return float(np.linalg.norm(values)), float(values @ direction / np.linalg.norm(direction))


def _on_few_lines(content: Mapping[str, object]) -> str:
    """Write JSON with a line a case, so that a difference between two versions of a file shows which case changed."""
    curves = content["curves"]
    assert isinstance(curves, dict)
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(curve)}" for name, curve in curves.items())
    head = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in content.items() if name != "curves"]
    return "{\n" + ",\n".join([*head, f' "curves": {{\n{lines}\n }}']) + "\n}"
