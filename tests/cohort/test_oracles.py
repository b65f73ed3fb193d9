"""Our training against PyTorch and Keras themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scripts.oracles.references import FOLDER
from trasunto.nets.initialise import initialise
from trasunto.spec import Recipe

ROOT = FOLDER.parents[1]
pytestmark = pytest.mark.heavy


def oracles(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: Keras and JAX's x64 leave their traces."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.oracles", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("library", ["pytorch", "keras"])
def test_training_agrees_with_the_library_and_the_library_with_what_is_kept(library: str) -> None:
    done = oracles(library)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DIFFERS" not in done.stdout
    assert done.stdout.count("as kept") == len(json.loads((FOLDER / f"{library}.json").read_text())["curves"])


def test_a_curve_that_is_not_the_librarys_is_noticed(tmp_path: Path) -> None:
    kept = json.loads((FOLDER / "pytorch.json").read_text())
    kept["curves"]["adam"]["loss"][7] *= 1 + 1e-9
    (tmp_path / "pytorch.json").write_text(json.dumps(kept))
    assert oracles("adamw").returncode == 0
    done = oracles("adam", "--folder", str(tmp_path))
    assert done.returncode == 1, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if "DIFFERS" in line] == ["adam"]


KERAS = """
import json, os, sys
os.environ["KERAS_BACKEND"] = "torch"
import keras, numpy as np
keras.utils.set_random_seed(0)
"""


def keras(code: str) -> object:
    """Run code after importing Keras, in a process of its own, and return what it prints."""
    done = subprocess.run([sys.executable, "-c", KERAS + code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_first_weights_are_distributed_as_in_keras() -> None:
    code = """
layers = [keras.layers.Dense(60), keras.layers.Dense(90)]
keras.Sequential([keras.Input((120,)), *layers])
weights = [[np.array(part) for part in layer.get_weights()] for layer in layers]
print(json.dumps([[float(x) for x in (abs(k).max(), k.std(), k.mean(), abs(b).max())] for k, b in weights]))
"""
    theirs = keras(code)
    structure = Recipe("[60 relu] > linear", initialisation="keras").structure.on(120)
    ours = initialise(structure, 0)
    assert [(part.inputs, part.size.sums) for part in structure.parts] == [(120, 60), (60, 120)]
    kernel, bias = np.asarray(ours["1.kernel"]), np.asarray(ours["1.bias"])
    assert isinstance(theirs, list)
    largest, spread, mean, largest_bias = theirs[0]
    np.testing.assert_allclose([np.abs(kernel).max(), kernel.std()], [largest, spread], rtol=0.02)
    assert max(abs(kernel.mean()), abs(mean)) < 5 * spread / np.sqrt(kernel.size)
    assert np.abs(bias).max() == largest_bias == 0


def test_first_weights_are_distributed_as_in_pytorch() -> None:
    import torch

    torch.manual_seed(0)
    layer = torch.nn.Linear(120, 60)
    ours = initialise(Recipe("[60 relu] > linear").structure.on(120), 0)
    for mine, its in (("1.kernel", layer.weight), ("1.bias", layer.bias)):
        array, tensor = np.asarray(ours[mine]), its.detach().numpy()
        np.testing.assert_allclose(np.abs(array).max(), np.abs(tensor).max(), rtol=0.03)
        np.testing.assert_allclose(array.std(), tensor.std(), rtol=0.2 if array.ndim == 1 else 0.03)


def test_rmsprop_of_keras_is_another_one() -> None:
    """Its epsilon stands inside the root; ours is PyTorch's. Should Keras change, this says so."""
    code = """
weight = keras.Variable(np.array([1.0], "float32"))
gradient = keras.ops.convert_to_tensor(np.array([0.1], "float32"))
keras.optimizers.RMSprop(0.1, rho=0.9, epsilon=0.01).apply([gradient], [weight])
print(json.dumps(float(keras.ops.convert_to_numpy(weight)[0])))
"""
    place, square = keras(code), 0.1 * 0.1**2
    assert place == pytest.approx(1 - 0.1 * 0.1 / np.sqrt(square + 0.01), rel=1e-6)
    assert place != pytest.approx(1 - 0.1 * 0.1 / (np.sqrt(square) + 0.01), rel=1e-3)
