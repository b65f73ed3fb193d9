"""A loss with a number of its own: two files change, and recipes, commands, estimators and searches know both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import trasunto

SOURCE = Path(trasunto.__file__).parent

EDITS = {
    "spec/legal.py": {
        '    "bce": {},\n': '    "log_cosh": {"sharpness": 1.0},\n',
        "    batch_size: int": '    sharpness: float | None = _number(None, "slope of the tails", above=True)\n',
    },
    "nets/losses.py": {
        '    "bce": _binary': '    "log_cosh": lambda structure, numbers, sums, x: jnp.log(\n'
        '        jnp.cosh(numbers["sharpness"] * _absolute(structure, numbers, sums, x))\n    ),\n',
    },
}

USE = """
import numpy as np
import pytest
import trasunto
from trasunto.cli import main
from trasunto.errors import RecipeError
from trasunto.spec import Recipe, member_id

recipe = Recipe("[2 relu] > linear", loss="log_cosh")
assert (recipe.sharpness, recipe.replace(loss="mse").sharpness) == (1.0, None)
assert Recipe.from_json(recipe.replace(sharpness=2.0).to_json()).numbers["sharpness"] == 2.0
assert member_id(recipe, 0, "rows") != member_id(recipe.replace(sharpness=2.0), 0, "rows")
assert [one.sharpness for one in map(recipe.grid(sharpness=[1, 3]).recipe_at, range(2))] == [1.0, 3.0]
with pytest.raises(RecipeError, match="sharpness is not used by optimizer 'adam' with loss 'mse'"):
    Recipe("[2 relu] > linear", sharpness=2.0)

x = np.random.default_rng(0).normal(size=(32, 3))
fits = [
    trasunto.Autoencoder(latent=2, hidden_layers=(), loss="log_cosh", sharpness=sharpness, epochs=2, random_state=0)
    for sharpness in (None, 1.0, 3.0)
]
first, same, other = (one.fit(x).history_["train_loss"][0] for one in fits)
assert first == same < other

assert main(["train", "--help"]) == main(["detect", "--help"]) == 0
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package in which the loss is declared and computed."""
    package = tmp_path / "trasunto"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("*.xz"))
    for name, additions in EDITS.items():
        text = (package / name).read_text()
        for before, added in additions.items():
            assert text.count(before) == 1
            text = text.replace(before, added + before)
        (package / name).write_text(text)
    return tmp_path


def test_a_loss_with_a_number_is_declared_in_one_file_and_computed_in_another(copied: Path) -> None:
    paths = os.pathsep.join([str(copied), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", USE],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        cwd=copied,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("--sharpness VALUE") == 2
    assert "Slope of the tails: a finite number above 0;" in " ".join(done.stdout.split())
