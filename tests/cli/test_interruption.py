"""A command that is interrupted says how to go on, and what it says goes on."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.models import document
from trasunto.models.file import open_model

WORDS = ["train", "[2 relu] > linear", "--data", "tiny", "--epochs", "1500", "--batch-size", "8", "--json"]


def command(store: str) -> list[str]:
    return [sys.executable, "-m", "trasunto", *WORDS, "--store", store]


def members(printed: str) -> list[dict[str, Any]]:
    """Return what a training came to, but for the time that it took."""
    return [{name: cell for name, cell in one.items() if name != "seconds"} for one in json.loads(printed)["members"]]


@pytest.mark.heavy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_that_is_named_goes_on(tiny: Path, tmp_path: Path, number: signal.Signals) -> None:
    pipes = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command("runs"), **pipes) as running:  # type: ignore[call-overload]
        assert running.stderr.readline().startswith("training:")
        running.send_signal(number)
        printed, said = running.communicate(timeout=120)
    assert (running.returncode, printed) == (130, "")
    why, how = [line for line in said.splitlines() if not line.startswith("training:")]
    assert why.startswith("trasunto: stopped after ")
    assert "what was done is kept in runs" in why
    named = shlex.split(how.removeprefix("go on with: "))
    assert named == ["trasunto", *WORDS, "--store", "runs"]
    continued, whole = (
        subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300).stdout
        for typed in ([sys.executable, "-m", *named], command("whole"))
    )
    assert members(continued) == members(whole)


DETECT = ["detect", "rows.csv", "--network", "[2 tanh] > linear", "--epochs", "300", "--batch-size", "8"]


def content(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return all that a model file holds, but for when it was made."""
    text, arrays = document.write(open_model(path))
    return json.loads(text) | {"created": ""}, {name: array.tobytes() for name, array in arrays.items()}


@pytest.mark.heavy
def test_a_detector_that_is_interrupted_is_gone_on_with_by_the_same_command(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 1)) @ [[1.0, -1.0, 0.5]]
    np.savetxt(tmp_path / "rows.csv", rows, delimiter=",", header="a,b,c", comments="")
    words = [*DETECT, "--out", "d.trasunto"]
    typed = [sys.executable, "-m", "trasunto", *words]
    pipes = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(typed, **pipes) as running:  # type: ignore[call-overload]
        next(line for line in running.stderr if re.search(r", [1-9]\d* at work", line))
        running.send_signal(signal.SIGINT)
        printed, said = running.communicate(timeout=120)
    assert (running.returncode, printed) == (130, "")
    why, how = [line for line in said.splitlines() if not line.startswith(("training:", "cross-fitting:"))]
    assert why.startswith("trasunto: stopped after ")
    assert "what was done is kept in runs" in why
    assert shlex.split(how.removeprefix("go on with: ")) == ["trasunto", *words]
    assert not (tmp_path / "d.trasunto").exists()
    elsewhere = [*DETECT[:-3], "3", "--out", "elsewhere.trasunto", "--on", "local:2"]
    for command in (words, [*DETECT, "--out", "whole.trasunto", "--store", "whole"], elsewhere):
        subprocess.run([*typed[:3], *command], cwd=tmp_path, capture_output=True, check=True, timeout=300)
    (one, first), (other, second) = content(tmp_path / "d.trasunto"), content(tmp_path / "whole.trasunto")
    assert one == other
    assert first == second
