"""The card-fraud paper's best network, trained in Keras itself: how far its last losses scatter from seed to seed.

``python -m scripts.paper_in_keras 10`` trains ten seeds on the rows that `trasunto.load("creditcard")` gives, as the
paper's listing has it, and prints each seed's last losses and their means: what our own figures are to be held against.
"""

from __future__ import annotations

import os
import sys

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from keras import layers, regularizers

from trasunto.data import load

EPOCHS, BATCH = 100, 64


def network(d: int) -> keras.Model:
    """Return the paper's listing 1."""
    rows = keras.Input((d,))
    hidden = layers.Dense(64, "relu")(rows)
    hidden = layers.Dense(32, "tanh", activity_regularizer=regularizers.L1(1e-4))(hidden)
    latent = layers.Dense(24, "relu")(hidden)
    hidden = layers.Dense(32, "relu", activity_regularizer=regularizers.L1(1e-4))(latent)
    hidden = layers.Dense(64, "tanh")(hidden)
    return keras.Model(rows, layers.Dense(d)(hidden))


def last(seed: int, train: np.ndarray, held: np.ndarray) -> tuple[float, float, float]:
    """Train one seed; return its last training loss, training accuracy and held-out loss."""
    keras.utils.set_random_seed(seed)
    model = network(train.shape[1])
    model.compile("adam", "mse", metrics=["accuracy"])
    fitted = model.fit(train, train, epochs=EPOCHS, batch_size=BATCH, validation_data=(held, held), verbose=0)
    loss, accuracy, held_out = (fitted.history[name][-1] for name in ("loss", "accuracy", "val_loss"))
    return float(loss), float(accuracy), float(held_out)


def main(seeds: int) -> None:
    """Train so many seeds and print what they end at."""
    table = load("creditcard")
    assert table.test is not None
    train, held = table.values(), table.test.values()
    found = []
    for seed in range(seeds):
        found.append(last(seed, train, held))
        print("seed {}: loss {:.4f}, accuracy {:.4f}, held-out loss {:.4f}".format(seed, *found[-1]), flush=True)
    means, medians = np.mean(found, axis=0), np.median(found, axis=0)
    print("mean of {}: loss {:.4f}, accuracy {:.4f}, held-out loss {:.4f}".format(seeds, *means))
    print("median: loss {:.4f}, accuracy {:.4f}, held-out loss {:.4f}".format(*medians))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
