"""What a search tried, kept beside the store's networks: lines that are only ever added, each whole or not at all.

``STORE/sweeps/NAME/trials.jsonl`` begins with what is searched. Then follows a line for each time that designs were
proposed, and one for each round that was measured. A line that a kill cut short is as if it had not been written: the
store has its networks, and the round is measured again.
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
    """The trials of one search and what they took, in memory and in its file.

    Attributes
    ----------
    trials
        By number.
    rounds
        How many were measured.
    seconds
        What they took, over all calls.
    """

    def __init__(self, path: Path, lines: Sequence[Mapping[str, Any]] = ()) -> None:
        self.path = path
        self.trials: list[Trial] = []
        self.rounds, self.seconds = 0, 0.0
        for line in lines:
            self._take(line)

    def ask(self, trials: Sequence[Trial]) -> None:
        """Record designs that were proposed."""
        asked = [
            {"trial": one.number, "assignment": one.assignment, "state": one.state, "note": one.note} for one in trials
        ]
        self._add({"round": self.rounds, "asked": asked})

    def measure(self, results: Mapping[int, tuple[str, Result]], seconds: float) -> None:
        """Record what trials left in this round, by number with the state that each is in from now on."""
        measured = [
            {"trial": number, "state": state, "epoch": result.epoch, "values": dict(result.values)}
            for number, (state, result) in results.items()
        ]
        self._add({"round": self.rounds, "seconds": round(seconds, 3), "measured": measured})

    def _add(self, line: dict[str, Any]) -> None:
        # As it will be read, so that a search that goes on sees the same as one that was never interrupted.
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
    """Open the journal of a search for one process at a time, and make it where there is none.

    Raises
    ------
    StoreError
        The store cannot be written, another process searches under this name, or another search has it.
    """
    with Store.open(store):
        pass  # made before anything lies in its folder, or refused
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
    """Return the journal of a search as it stands, without making or holding anything.

    Raises
    ------
    StoreError
        It cannot be read, or another search has this name.
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
        raise StoreError(f"sweep '{name}' is being carried out by another process: wait until it ends") from fault


def _begin(path: Path, identity: Mapping[str, Any]) -> None:
    with replacing(path) as file:
        file.write(f"{json.dumps({'format': FORMAT, 'sweep': dict(identity)})}\n".encode())


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines of a journal, and how many bytes they are."""
    if not path.exists():
        return [], 0
    content = path.read_bytes()
    sound = content.rfind(b"\n") + 1
    lines = []
    for number, text in enumerate(content[:sound].splitlines(), start=1):
        try:
            lines.append(json.loads(text))
        except ValueError as fault:
            raise StoreError(f"line {number} of '{path}' is damaged: remove it and those after it to go on") from fault
    if lines and lines[0].get("format") != FORMAT:
        raise StoreError(f"'{path}' has format {lines[0].get('format')!r}; this trasunto reads format {FORMAT}")
    return lines, sound


def _refuse_another(first: Mapping[str, Any], identity: Mapping[str, Any], name: str, store: Path) -> None:
    kept, asked = first["sweep"], json.loads(json.dumps(dict(identity)))
    others = [key for key in asked if kept.get(key) != asked[key]]
    if others:
        raise StoreError(
            f"sweep '{name}' in {store} has another {others[0]} than this one: name this one otherwise (what is "
            "trained already is found again under any name)"
        )
