"""A process forked after JAX began: what would wait for ever is refused, and what is ready works."""

from __future__ import annotations

import subprocess
import sys

BEGIN = """
import os, warnings
import numpy as np
import trasunto
warnings.simplefilter("ignore")  # of JAX, that a fork is likely to end in a deadlock
x = np.random.default_rng(0).normal(size=(40, 3))
def network():
    return trasunto.Autoencoder(hidden_layers=(), latent=1, epochs=1, random_state=0)
def said(work):
    try:
        return work()
    except trasunto.TrasuntoError as refusal:
        return str(refusal)
"""

AFTER_TRAINING = """
fitted = network().fit(x)
here = fitted.score(x)
if not os.fork():
    print(fitted.score(x) == here, flush=True)
    print(said(lambda: network().fit(x)), flush=True)
    print(said(lambda: fitted.transform(x)), flush=True)
    os._exit(0)
os.wait()
"""

AFTER_ANOTHERS_JAX = """
import jax
jax.numpy.zeros(1).block_until_ready()
if not os.fork():
    print(said(lambda: network().fit(x)), flush=True)
    os._exit(0)
os.wait()
"""

BEFORE_JAX = """
if not os.fork():
    print(type(network().fit(x)).__name__, flush=True)
    os._exit(0)
os.wait()
"""


def told(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def refused(what: str) -> str:
    return (
        f"{what} is not possible in this process: it was forked after JAX had begun in its parent, and would wait for "
        "ever; start processes with multiprocessing.get_context('spawn') or 'forkserver', or with joblib"
    )


def test_a_forked_child_scores_with_what_its_parent_compiled_and_is_refused_the_rest() -> None:
    assert told(AFTER_TRAINING) == ["True", refused("training"), refused("compiling what applies this network")]


def test_jax_may_have_begun_through_another_library() -> None:
    assert told(AFTER_ANOTHERS_JAX) == [refused("training")]


def test_a_child_forked_before_jax_began_trains() -> None:
    assert told(BEFORE_JAX) == ["Autoencoder"]
