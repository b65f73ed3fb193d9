"""What training leaves in the process around it: its store, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CODE = """
import json, logging, os, random, signal, sys, warnings
import jax, numpy as np, trasunto
from threadpoolctl import threadpool_info

def state():
    return {
        "jax": {name: repr(value) for name, value in jax.config.values.items()},
        "environment": dict(os.environ),
        "warnings": [repr(each) for each in warnings.filters],
        "errors of numpy": np.geterr(),
        "randomness": [repr(random.getstate()), repr(np.random.get_state())],
        "signals": [repr(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)],
        "logging": [logging.getLogger(name).level for name in (None, "jax", "matplotlib")],
        "threads of BLAS": [each["num_threads"] for each in threadpool_info()],
        "folder": os.getcwd(),
        "streams": [id(sys.stdout), id(sys.stderr)],
    }

x = np.random.default_rng(0).normal(size=(60, 3))
def train():
    recipe = trasunto.Recipe("[1 tanh] > linear", epochs=1)
    trasunto.train(recipe, trasunto.from_arrays(x), seeds=2, store=sys.argv[1])
def fit():
    trasunto.AutoencoderDetector(hidden_layers=(2,), latent=1, epochs=1, random_state=0, n_networks=1).fit(x).predict(x)

import pandas, rich.style, scipy.linalg, sklearn.base  # some draw a number when they are imported, or start threads
changed = {}
for work in (train, fit):
    before = state()
    work()
    after = state()
    changed[work.__name__] = {
        what: sorted(name for name in after[what] if before[what].get(name) != after[what][name])
        if isinstance(after[what], dict) else f"{before[what]} then {after[what]}"
        for what in before if before[what] != after[what]
    }
print(json.dumps(changed))
"""


def test_a_training_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "runs")],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"train": {}, "fit": {}}
    assert len(list((tmp_path / "trasunto" / "programs").glob("*-cache"))) > 0
