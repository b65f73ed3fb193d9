from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import trasunto
from trasunto.errors import Interrupted

COMMANDS = [
    *("reproduce", "train", "study", "sweep", "detect", "score", "data", "data list", "data show", "report"),
    *("runs", "runs list", "runs show", "runs compare", "runs delete", "store", "store check", "store repair"),
]
HEAVY = (
    "jax",
    "sklearn",
    "pandas",
    "matplotlib",
    "pyarrow",
    "scipy",
    "numpy",
    "rich",
    "trasunto.data",
    "trasunto.runs",
)
LOADED = f"print(sorted(name for name in {HEAVY} if name in sys.modules))"


def python(code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    assert python(f"import sys, trasunto.cli; {LOADED}").strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    printed = python(f"import sys, trasunto.cli; trasunto.cli.main(['--help']); {LOADED}")
    assert printed.splitlines()[-1] == "[]"


def test_help_answers_at_once() -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        python("import trasunto.cli; trasunto.cli.main(['--help'])")
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(3)) < 0.5


def test_python_m_trasunto_is_trasunto() -> None:
    done = subprocess.run([sys.executable, "-m", "trasunto", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"trasunto {trasunto.__version__}\n"


def test_an_exit_code_reaches_the_shell() -> None:
    done = subprocess.run([sys.executable, "-m", "trasunto", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""


def test_typing_nothing_shows_what_there_is(typed: Callable[..., Any]) -> None:
    done = typed()
    assert done.code == 0
    assert all(command.split()[0] in done.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_ends_with_an_example(typed: Callable[..., Any], command: str) -> None:
    done = typed(*command.split(), "--help")
    assert done.code == 0
    examples = done.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert examples
    assert any(example.strip().startswith(f"trasunto {command}") for example in examples)
    for example in examples:  # its words are taken, up to the last
        assert typed(*shlex.split(example)[1:], "--help").code == 0, example


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["trian"], "'train'"),
        (["train"], "'NETWORK'"),
        (["train", "--lerning-rate", "1"], "--learning-rate"),
        (["train", "[4 relu] > linear", "--epochs"], "--epochs"),
        (["report", "one", "two"], "two"),
        (["data"], "trasunto data --help"),
    ],
)
def test_what_is_mistyped_is_named(refused: Callable[..., str], words: list[str], named: str) -> None:
    assert named in refused(*words)


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def catalogue() -> None:
        raise error

    monkeypatch.setattr("trasunto.api.rows.catalogue", catalogue)  # first: it imports the other
    monkeypatch.setattr("trasunto.data.catalogue", catalogue)


def test_a_fault_of_ours_is_said_to_be_one(typed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, KeyError("key"))
    done = typed("data", "list")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "fault of trasunto" in done.err
    assert "KeyError: 'key'" in done.err
    assert "--debug" in done.err


def test_debug_shows_where_a_fault_happened(typed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, KeyError("key"))
    done = typed("data", "list", "--debug")
    assert done.code == 1
    assert "Traceback" in done.err
    assert "in catalogue" in done.err


def test_debug_shows_where_a_refusal_comes_from(typed: Callable[..., Any]) -> None:
    assert "Traceback" in typed("data", "show", "nothing", "--debug").err
    assert "Traceback" not in typed("data", "show", "nothing").err


@pytest.mark.parametrize(
    ("error", "how"),
    [(Interrupted("stopped after 3 % of run 'x'"), "go on with"), (KeyboardInterrupt(), "begin anew with")],
)
def test_an_interrupted_command_says_how_to_go_on(
    typed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, error: BaseException, how: str
) -> None:
    broken(monkeypatch, error)
    done = typed("data", "show", "my rows", "--debug")
    assert done.code == 130
    first, second = done.err.splitlines()
    assert first.startswith("trasunto: stopped")
    assert second == f"{how}: trasunto data show 'my rows' --debug"


def test_a_name_that_is_no_text_is_refused_in_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trasunto", "data", "show", b"caf\xe9.csv"], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == b"trasunto: the name 'caf?.csv' is not UTF-8; rename the file or its folder\n"
