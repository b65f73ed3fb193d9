"""What stands around a command: signals, closed or poor outputs, and what a command says when it is ended."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from trasunto.cli.printing import UNFETCHED, warnings_as_sentences
from trasunto.cli.terminal import signals_interrupting

PROGRAM = [sys.executable, "-m", "trasunto"]

HEEDING = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "[signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGHUP)]; "
    "from trasunto.cli import main; sys.exit(main())"
)
"""The program as a terminal starts it: whoever runs these tests may ignore signals, and children inherit that."""


SMALL = ("--network", "[1 tanh] > linear", "--batch-size", "32")


def rows(folder: Path) -> Path:
    path = folder / "rows.csv"
    path.write_text("a,b\n" + "".join(f"{number / 7},{number % 5}.5\n" for number in range(64)))
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_detector_that_is_ended_says_how_to_go_on_and_leaves_no_model(tmp_path: Path, number: signal.Signals) -> None:
    words = ["detect", "rows.csv", "--out", "rows.trasunto", *SMALL, "--epochs", "100000", "--seeds", "1"]
    before = {rows(tmp_path)}
    pipes = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HEEDING, *words], **pipes) as running:  # type: ignore[call-overload]
        while not (line := running.stderr.readline()).startswith("training:"):
            assert line, "it ended before it trained"
        while not (tmp_path / "runs").exists():
            time.sleep(0.01)
        running.send_signal(number)
        printed, said = running.communicate(timeout=120)
    assert (running.returncode, printed) == (130, "")
    kept, again = [line for line in said.splitlines() if not line.startswith("training:")]
    assert kept.startswith("trasunto: stopped")
    assert "kept" in kept
    assert again == f"go on with: trasunto {shlex.join(words)}"
    assert set(tmp_path.iterdir()) == before | {tmp_path / "runs"}


def test_signals_are_what_they_were_afterwards_and_ignored_ones_stay_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    usual = signal.getsignal(signal.SIGTERM)
    try:
        with signals_interrupting():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is usual
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_output_that_nobody_reads_ends_the_command_without_a_word() -> None:
    with subprocess.Popen([*PROGRAM, "data", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


def test_an_output_that_is_closed_is_no_fault() -> None:
    code = "import sys; sys.stdout = None; from trasunto.cli import main; sys.exit(main(['data', 'list']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("surroundings", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_letters_that_the_terminal_lacks_are_question_marks(surroundings: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "train", "[2 linear] > linear", "--data", "Zahlen-äöü.csv"],
        cwd=tmp_path,
        env=os.environ | surroundings,
        capture_output=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"trasunto: ")
    assert b"Zahlen-" in done.stderr


@pytest.mark.filterwarnings("always")
def test_programs_that_cannot_be_fetched_are_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings_as_sentences():
        for name in ("jit_a", "jit_b"):
            warnings.warn(f"Error reading persistent compilation cache entry for '{name}': error", stacklevel=1)
    assert capsys.readouterr().err == f"trasunto: {UNFETCHED}\n"
