"""No file and no text is ever unpickled, evaluated or run: the source is searched for all that would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import trasunto

ROOT = Path(__file__).parents[1]
SOURCES = (Path(trasunto.__file__).parent, ROOT / "scripts", ROOT / "benchmarks")

MODULES = {
    *(
        "pickle",
        "_pickle",
        "cPickle",
        "pickletools",
        "dill",
        "cloudpickle",
        "jsonpickle",
        "joblib",
        "marshal",
        "shelve",
    ),
    *("yaml", "code", "codeop", "runpy", "imp"),
}
"""What is not imported. Libraries that carry values between our own processes may pickle; no file is read so."""

BUILTINS = {"eval", "exec", "compile", "__import__", "execfile"}
"""What is not called by its bare name."""

METHODS = {
    *("read_pickle", "to_pickle", "unsafe_load", "full_load", "load_module", "exec_module", "save_objects"),
    *("torch.load", "torch.hub.load", "keras.models.load_model", "tf.saved_model.load", "joblib.load", "numpy.loads"),
    *("os.system", "os.popen", "os.execv", "os.execvp", "os.spawnl"),
    *("DataFrame.eval", "pd.eval", "pandas.eval", "builtins.eval", "builtins.exec", "builtins.compile"),
}
"""What is not called by these names, or names that end so."""

SWITCHES = {"allow_pickle": False, "shell": False, "weights_only": True, "trust_remote_code": False}
"""Arguments that may only be written out as these."""


def files() -> list[Path]:
    return sorted(path for source in SOURCES for path in source.rglob("*.py"))


def dotted(node: ast.expr) -> str:
    """Return a name such as ``np.lib.format.read_array``, nothing where it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of everything that would run what a file holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield node.lineno, str(node.module)
        elif isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[tuple[int, str]]:
    name = dotted(node.func)
    if name in BUILTINS or any(f".{name}".endswith(f".{method}") for method in METHODS):
        yield node.lineno, name
    if name.endswith("import_module") and node.args and isinstance(node.args[0], ast.Constant):
        yield from [(node.lineno, name)] if str(node.args[0].value).split(".")[0] in MODULES else []
    for keyword in node.keywords:
        if keyword.arg in SWITCHES and not (
            isinstance(keyword.value, ast.Constant) and keyword.value.value is SWITCHES[keyword.arg]
        ):
            yield node.lineno, f"{keyword.arg}={ast.unparse(keyword.value)}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_runs_nothing_that_a_file_holds(path: Path) -> None:
    assert list(faults(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "import joblib.numpy_pickle as safe",
        "from cloudpickle import loads",
        "from yaml import load",
        "importlib.import_module('pickle')",
        "eval(text)",
        "exec(open(path).read())",
        "compile(text, '', 'exec')",
        "__import__(name)",
        "builtins.eval(text)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=asked)",
        "np.lib.format.read_array(file, allow_pickle=not safe)",
        "pd.read_pickle(path)",
        "pandas.read_pickle(path)",
        "frame.to_pickle(path)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "subprocess.run(text, shell=True)",
        "os.system(text)",
    ],
)
def test_the_search_finds(line: str) -> None:
    assert list(faults(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "re.compile(text)",
        "model.compile('sgd')",
        "np.load(path, allow_pickle=False)",
        "json.load(file)",
        "import codecs",
    ],
)
def test_the_search_lets_pass(line: str) -> None:
    assert not list(faults(ast.parse(line)))


def test_every_source_is_searched() -> None:
    assert len(files()) > 200
    assert {source.name for source in SOURCES} == {"trasunto", "scripts", "benchmarks"}
