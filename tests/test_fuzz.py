"""The fuzzer itself, and a short run of it: every reader returns or refuses, whatever is done to its files."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from scripts.fuzz import faults
from scripts.fuzz.campaign import run
from scripts.fuzz.mutations import MOST_BYTES, bent, damaged
from scripts.fuzz.readers import READERS, Reader
from trasunto.errors import TrasuntoError

ROOT = Path(__file__).parents[1]
INPUTS = 10_000
"""About a minute on two cores."""


def returns(reader: Reader, place: int, tmp_path: Path) -> bool:
    """Say whether a valid file is read by one of the ways at least."""
    seed = reader.seeds[place]
    (tmp_path / seed.name).write_bytes(seed.content)
    taken = 0
    for way in reader.ways:
        with suppress(TrasuntoError):
            way(tmp_path / seed.name)
            taken += 1
    return taken > 0


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("CRASH", "crash: the process ended with code -6"),
        ("HANG", "hang: the process ended"),
        ("BLOW_UP", "memory: more than 8192 MiB were asked for"),
        ("TAKE", "memory: 10"),
        ("KEEP", "memory: 9"),
        ("ESCAPE", "escaped: KeyError: 'shape' (from faults.py:"),
    ],
)
def test_whatever_a_reader_must_not_do_is_seen_and_the_file_is_kept(reader: str, said: str, tmp_path: Path) -> None:
    bad = [number for number in range(7) if getattr(faults, reader).input(3, number).content == b"bad"]
    assert 1 < len(bad) < 6
    (outcome,) = run(
        [f"scripts.fuzz.faults:{reader}"],
        7,
        seed=3,
        keep=tmp_path,
        workers=1,
        seconds=0.5 if reader == "HANG" else 20.0,
    )
    assert (outcome.inputs, [failure.number for failure in outcome.failures]) == (7, bad)
    for failure in outcome.failures:
        assert failure.what.startswith(said)
        assert failure.file.read_bytes() == b"bad"
        assert failure.file == tmp_path / f"{reader}-3-{failure.number}" / "rows"
        assert failure.again.endswith(f" --again {failure.file}")


def test_memory_that_is_asked_for_and_not_taken_is_no_failure(tmp_path: Path) -> None:
    """Arrow asks for as much as a page of Parquet promises, and finds out that it is not there before it fills it."""
    (outcome,) = run(["scripts.fuzz.faults:ASK"], 7, seed=3, keep=tmp_path, workers=1, seconds=5.0)
    assert (outcome.inputs, outcome.failures) == (7, ())


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_every_reader_has_a_valid_file_and_the_same_inputs_each_time(reader: Reader, tmp_path: Path) -> None:
    assert sum(returns(reader, place, tmp_path) for place in range(len(reader.seeds))) > len(reader.seeds) // 2
    inputs = [reader.input(7, number) for number in range(30)]
    assert [reader.input(7, number) for number in range(30)] == inputs
    assert [reader.input(8, number) for number in range(30)] != inputs
    assert len({one.content for one in inputs} - {seed.content for seed in reader.seeds}) > 20


def test_what_is_kept_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text("{")
    command = [sys.executable, "-m", "scripts.fuzz", "--only", "recipe", "--again", str(tmp_path / "recipe.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("recipe           1 inputs, ")


def test_damage_ends_somewhere_and_is_never_larger_than_a_file_may_be() -> None:
    chance = Random(0)
    for _ in range(300):
        assert len(damaged(chance, b"a,b\n1,2\n", (b"x", b""))) <= MOST_BYTES
        assert isinstance(bent(chance, json.dumps({"a": [1, {"b": "c"}]}).encode(), (b"x",)), bytes)


@pytest.mark.heavy
def test_no_reader_crashes_hangs_or_blows_up(tmp_path: Path) -> None:
    outcomes = list(run([*READERS], INPUTS, seed=0, keep=tmp_path, workers=2, seconds=20.0))
    assert sum(outcome.inputs for outcome in outcomes) == INPUTS
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    assert failures == [], "\n".join(f"{failure.reader} {failure.number}: {failure.what}" for failure in failures)
