"""The letters that every shape in this project is written in.

=====  ==============================================
m      members of a cohort (one member is one network)
n      rows
b      rows of a minibatch
d      features (for images: pixels)
h      hidden units
z      latent units
t      epochs
=====  ==============================================

A shape such as ``(m, b, d)`` is members x minibatch rows x features. Functions under ``nets/`` never see **m**: they
describe one network, and the axis over members is added from outside.
"""

from __future__ import annotations

LETTERS: dict[str, str] = {
    "m": "members of a cohort",
    "n": "rows",
    "b": "rows of a minibatch",
    "d": "features",
    "h": "hidden units",
    "z": "latent units",
    "t": "epochs",
}
