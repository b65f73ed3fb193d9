"""How long one waits before anything happens: for the command's help, an import, and a first training."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import trasunto
from benchmarks.apart import environment
from benchmarks.turns import table

TITLE = "Start-up"
ROUNDS = 5
ROWS = {"x_train": 2_000, "x_test": 1_000}
RECIPE = (
    "[64 sigmoid drop=0.1] > sigmoid",
    *("--optimizer", "sgd", "--learning-rate", "0.95", "--momentum", "0.95", "--batch-size", "1000", "--epochs", "1"),
)
FIRST, AGAIN = "a first training, nothing compiled yet", "the same in another store, its programs compiled before"
PYTHON, HELP, IMPORT = 'python -c "pass"', "trasunto --help", 'python -c "import trasunto"'
JAX, SKLEARN = 'python -c "import jax"', 'python -c "import sklearn"'


def measure(quick: bool) -> dict[str, Any]:
    """Start everything in turn, several rounds."""
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images = _images(folder)
        for number in range(1 if quick else ROUNDS):
            spent = _imports(folder / "cache") | _trainings(images, folder / f"round {number}")
            print(f"  round {number + 1}: {', '.join(f'{one:.2f}' for one in spent.values())} s", flush=True)
            for what, each in spent.items():
                seconds.setdefault(what, []).append(each)
    return {"rows": ROWS, "command": f"trasunto train '{RECIPE[0]}' {' '.join(RECIPE[1:])}", "seconds": seconds}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    seconds = facts["seconds"]
    rows = [[_coded(what), f"{median(all):.2f}", f"{min(all):.2f}-{max(all):.2f}"] for what, all in seconds.items()]
    middle = {what: median(all) for what, all in seconds.items()}
    trained, tested = facts["rows"].values()
    return (
        f"Seconds from the start of a process to its end, in turn, {len(seconds[HELP])} rounds. The training is\n\n"
        f"    {facts['command']}\n\n"
        f"of {trained:,} images of MNIST with {tested:,} to test on, in an empty store each time.\n\n"
        + table(["", "median, s", "least-most, s"], rows)
        + f"\nThe help takes {middle[HELP]:.2f} s and importing trasunto {middle[IMPORT]:.2f} s, where Python alone "
        f"takes {middle[PYTHON]:.2f} s and importing JAX {middle[JAX]:.2f} s. A first training takes "
        f"{middle[FIRST]:.2f} s from the command to its end; once its programs are compiled, the same "
        f"takes {middle[AGAIN]:.2f} s.\n"
    )


def _images(folder: Path) -> Path:
    """Write the first embedded images as a file that the command reads."""
    digits = trasunto.load("mnist")
    assert digits.test is not None
    path = folder / "digits.npz"
    np.savez(path, x_train=digits.x[: ROWS["x_train"]], x_test=digits.test.x[: ROWS["x_test"]])
    return path


def _imports(cache: Path) -> dict[str, float]:
    commands = {
        PYTHON: [sys.executable, "-c", "pass"],
        HELP: [*_trasunto(), "--help"],
        IMPORT: [sys.executable, "-c", "import trasunto"],
        JAX: [sys.executable, "-c", "import jax"],
    }
    if find_spec("sklearn") is not None:
        commands[SKLEARN] = [sys.executable, "-c", "import sklearn"]
    return {what: _seconds(command, cache) for what, command in commands.items()}


def _trainings(images: Path, folder: Path) -> dict[str, float]:
    """Train once with nothing compiled, and once more in another store with what that has compiled."""
    command = [*_trasunto(), "train", *RECIPE, "--data", str(images), "--store"]
    return {
        what: _seconds([*command, str(folder / store)], folder / "cache")
        for what, store in ((FIRST, "first"), (AGAIN, "again"))
    }


def _trasunto() -> list[str]:
    """Return the command as it is installed beside this interpreter."""
    found = shutil.which("trasunto", path=str(Path(sys.executable).parent))
    return [found] if found else [sys.executable, "-m", "trasunto"]


def _seconds(command: list[str], cache: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment(cache), capture_output=True, check=True)
    return time.perf_counter() - began


def _coded(what: str) -> str:
    return f"`{what}`" if what in (PYTHON, HELP, IMPORT, JAX, SKLEARN) else what
