from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest
import typer

from trasunto.cli.refusals import explain
from trasunto.errors import DataError, Interrupted, TrasuntoError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TrasuntoError("a"), 2),
        (DataError("a"), 2),
        (typer.BadParameter("a"), 2),
        (Interrupted("a"), 130),
        (typer.Abort(), 130),
        (ValueError("a"), 1),
        (OSError("a"), 1),
        (OSError(errno.ENOSPC, "No space left on device"), 2),
    ],
)
def test_every_error_has_its_exit_code(error: Exception, code: int) -> None:
    assert explain(error).code == code


def test_a_refusal_is_one_line_whatever_it_holds() -> None:
    assert explain(TrasuntoError("no\nfile  \x1b[2J")).sentence == "trasunto: no file \N{REPLACEMENT CHARACTER}[2J"


def test_brackets_are_printed_as_they_are() -> None:
    assert explain(TrasuntoError("[red]x[/red]")).sentence == "trasunto: [red]x[/red]"


def test_an_error_without_words_is_named() -> None:
    assert "(RuntimeError)" in explain(RuntimeError()).sentence


@pytest.mark.parametrize(
    ("variable", "value"),
    [("JAX_NUM_CPU_DEVICES", "abc"), ("JAX_ENABLE_X64", "maybe")],
)
def test_a_setting_that_jax_cannot_read_is_named(variable: str, value: str) -> None:
    environment = {**os.environ, variable: value}
    command = [sys.executable, "-m", "trasunto", "train", "[1 linear] > linear", "--data", "nowhere.csv"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    wanted = f"trasunto: {variable} is '{value}', which JAX cannot read: unset it, or set it as JAX asks\n"
    assert (ended.returncode, ended.stderr) == (2, wanted)
