"""Our training, held against PyTorch's and Keras's: the same initial weights, the same minibatches, no dropout.

- `cases` says what is trained, without any library;
- `ours`, `in_pytorch` and `in_keras` train a case, each by its own means, and return a curve;
- `references` keeps the libraries' curves in ``tests/references``, so that the core tests need neither library.

``python -m scripts.oracles`` trains every case by both sides and fails where they differ, or where a library no longer
gives the curve that is kept; ``--write`` keeps the curves anew.

What is not held against Keras, because it is not the same arithmetic: its RMSprop (epsilon inside the root; ours is
PyTorch's) and its AdamW (ours is PyTorch's).
"""
