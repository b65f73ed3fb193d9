"""Append-only journal of a search's trials, beside the store's networks.

``STORE/sweeps/NAME/trials.jsonl`` begins with the sweep's identity, followed by a line for each batch of proposals and
one for each measured round. A line cut short by a kill is dropped: the store has the networks, and the round is
measured again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from trasunto.errors import StoreError
from trasunto.files import replacing, synced
from trasunto.runs.faults import explained
from trasunto.runs.lock import hold
from trasunto.runs.store import Store
from trasunto.search.trials import Result, Trial

FOLDER, FILE = "sweeps", "trials.jsonl"
FORMAT = 1


class Journal:
    """The trials of one search, in memory and in its file.

    Attributes
    ----------
    trials
        By number.
    rounds
        Number of measured rounds.
    seconds
        Time they took, over all calls.
    """

    def __init__(self, path: Path, lines: Sequence[Mapping[str, Any]] = ()) -> None:
        self.path = path
        self.trials: list[Trial] = []
        self.rounds, self.seconds = 0, 0.0
        for line in lines:
            self._take(line)

    def ask(self, trials: Sequence[Trial]) -> None:
        """Record proposed designs."""
        asked = [
            {"trial": one.number, "assignment": one.assignment, "state": one.state, "note": one.note} for one in trials
        ]
        self._add({"round": self.rounds, "asked": asked})

    def measure(self, results: Mapping[int, tuple[str, Result]], seconds: float) -> None:
        """Record a round: each trial's new state and result by number, and the seconds it took."""
        measured = [
            {"trial": number, "state": state, "epoch": result.epoch, "values": dict(result.values)}
            for number, (state, result) in results.items()
        ]
        self._add({"round": self.rounds, "seconds": round(seconds, 3), "measured": measured})

    def _add(self, line: dict[str, Any]) -> None:
        # Taken as it will be read back, so that a resumed search sees the same as an uninterrupted one.
        text = json.dumps(line, allow_nan=False)
        with explained(self.path.parent, "written"), synced(self.path, "ab") as file:
            file.write(f"{text}\n".encode())
        self._take(json.loads(text))

    def _take(self, line: Mapping[str, Any]) -> None:
        for asked in line.get("asked", ()):
            self.trials.append(
                Trial(asked["trial"], line["round"], asked["assignment"], asked["state"], note=asked["note"])
            )
        if "measured" not in line:
            return
        for found in line["measured"]:
            trial = self.trials[found["trial"]]
            values = {name: tuple(of_seeds) for name, of_seeds in found["values"].items()}
            result = Result(line["round"], found["epoch"], values)
            self.trials[trial.number] = replace(trial, state=found["state"], results=(*trial.results, result))
        self.rounds = line["round"] + 1
        self.seconds += line["seconds"]


@contextmanager
def keeping(store: Path, name: str, identity: Mapping[str, Any]) -> Iterator[Journal]:
    """Open the journal of a search, created if missing, for one process at a time.

    Raises
    ------
    StoreError
        The store cannot be written, or another process or a different sweep uses this name.
    """
    with Store.open(store):
        pass  # created, or refused, before anything is written to its folder
    folder = store / FOLDER / name
    with explained(folder, "opened"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = _held(folder, name)
    with closing(lock):
        path = folder / FILE
        with explained(folder, "opened"):
            lines, sound = _read(path)
            if not lines:
                _begin(path, identity)
            elif path.stat().st_size > sound:
                os.truncate(path, sound)
        if lines:
            _refuse_another(lines[0], identity, name, store)
        yield Journal(path, lines[1:])


def look(store: Path, name: str, identity: Mapping[str, Any]) -> Journal:
    """Read the journal of a search without creating or locking anything.

    Raises
    ------
    StoreError
        It cannot be read, or a different sweep uses this name.
    """
    path = store / FOLDER / name / FILE
    with explained(path.parent, "read"):
        lines, _ = _read(path)
    if lines:
        _refuse_another(lines[0], identity, name, store)
    return Journal(path, lines[1:])


def _held(folder: Path, name: str) -> Any:
    try:
        return hold(folder)
    except StoreError as fault:
        raise StoreError(f"sweep '{name}' is being run by another process: wait until it ends") from fault


def _begin(path: Path, identity: Mapping[str, Any]) -> None:
    with replacing(path) as file:
        file.write(f"{json.dumps({'format': FORMAT, 'sweep': dict(identity)})}\n".encode())


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the complete lines of a journal, and their size in bytes."""
    if not path.exists():
        return [], 0
    content = path.read_bytes()
    sound = content.rfind(b"\n") + 1
    lines = []
    for number, text in enumerate(content[:sound].splitlines(), start=1):
        try:
            lines.append(json.loads(text))
        except ValueError as fault:
            raise StoreError(
                f"line {number} of '{path}' is damaged: remove it and all later lines to resume"
            ) from fault
    if lines and lines[0].get("format") != FORMAT:
        raise StoreError(f"'{path}' has format {lines[0].get('format')!r}; this trasunto reads format {FORMAT}")
    return lines, sound


def _refuse_another(first: Mapping[str, Any], identity: Mapping[str, Any], name: str, store: Path) -> None:
    kept, asked = first["sweep"], json.loads(json.dumps(dict(identity)))
    others = [key for key in asked if kept.get(key) != asked[key]]
    if others:
        raise StoreError(
            f"sweep '{name}' in {store} was begun with different {others[0]}: use another name (networks already "
            "trained are reused under any name)"
        )
