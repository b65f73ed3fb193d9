"""The laws of the house: which folder may import which, and what importing costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import trasunto

SOURCE = Path(trasunto.__file__).parent
ORDER = (
    "errors",
    "wording",
    "environment",
    "forks",
    "files",
    "data",
    "spec",
    "nets",
    "cohort",
    "cluster",
    "runs",
    "analysis",
    "models",
    "studies",
    "search",
    "figures",
    "report",
    "api",
    "estimators",
    "cli",
)
ENGINES = {"jax", "optax"}
USES_JAX = {"nets", "cohort", "cluster", "runs"}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room(module: Path) -> str:
    first = module.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_folder_imports_only_what_stands_before_it(module: Path) -> None:
    if room(module) in ("__init__", "__main__"):
        return
    for name in imports(module):
        if name.startswith("trasunto."):
            other = name.split(".")[1]
            if other in ORDER:
                assert ORDER.index(other) <= ORDER.index(room(module)), f"{module} imports {name}"


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_engine_knows_jax(module: Path) -> None:
    if room(module) not in USES_JAX:
        assert not {name.split(".")[0] for name in imports(module)} & ENGINES


def graph() -> dict[str, set[str]]:
    """Return who imports whom, while being imported or later on, type-checking imports left out."""
    names = {".".join(("trasunto", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in modules()}
    edges: dict[str, set[str]] = {}
    for name, path in names.items():
        edges[name] = set()
        for node in needed(ast.parse(path.read_text())):
            prefix = node.module if isinstance(node, ast.ImportFrom) else None
            wanted = [f"{prefix}.{alias.name}" if prefix else alias.name for alias in node.names]
            within = {n for one in wanted for n in (one, f"{one}.__init__") if n in names}
            # `from package import module` needs the module; `from package import name` needs the package itself.
            whole = set() if len(within) == len(wanted) else {n for n in (prefix, f"{prefix}.__init__") if n in names}
            edges[name] |= within | {str(n) for n in whole}
    return edges


def needed(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Return the imports below a node that are carried out."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from needed(child)


def test_no_module_imports_itself_round_about() -> None:
    edges = graph()
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in edges[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_short(module: Path) -> None:
    text = module.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                length = (body[-1].end_lineno or 0) - body[0].lineno + 1
                assert length <= 60, f"{module}:{node.lineno} {node.name} has {length} lines"


def test_importing_is_silent_and_light() -> None:
    code = (
        "import sys, trasunto; print(sorted(m for m in ('jax', 'sklearn', 'pandas', 'matplotlib') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_importing_every_module_leaves_jax_as_it_was() -> None:
    code = (
        "import jax, importlib, pkgutil, trasunto\n"
        "before = dict(jax.config.values)\n"
        "for found in pkgutil.walk_packages(trasunto.__path__, 'trasunto.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "assert dict(jax.config.values) == before\n"
        "assert not jax._src.xla_bridge.backends_are_initialized()\n"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_the_public_list_is_complete_sorted_and_real() -> None:
    constants = [name for name in trasunto.__all__ if name.isupper()]
    classes = [name for name in trasunto.__all__ if name[0].isupper() and not name.isupper()]
    functions = [name for name in trasunto.__all__ if name[0].islower()]
    assert trasunto.__all__ == [*sorted(constants), *sorted(classes), *sorted(functions)]
    for name in trasunto.__all__:
        assert getattr(trasunto, name).__doc__
    assert set(trasunto.__all__) < set(dir(trasunto))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = trasunto.nonsense
