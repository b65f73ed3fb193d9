"""Pure functions of ONE network: initialise, corrupt, encode, decode, classify, lose, penalise.

Shapes are written in the same letters everywhere in the project:

=====  ==============================================
m      members of a cohort (one member is one network)
n      rows
b      rows of a minibatch
d      features (for images: pixels)
h      hidden units
z      latent units
t      epochs
=====  ==============================================

A shape such as ``(m, b, d)`` is members x minibatch rows x features. Functions here never see **m**: they describe one
network, and `cohort` adds the member axis from outside with ``jax.vmap``. Only initial weights are drawn for many seeds
at once, by NumPy: in JAX each shape of network would compile a program that is used once.

Weights of a network are a flat mapping from names to arrays: ``"1.kernel"`` (d, h) and ``"1.bias"`` (h,) for the first
layer, and so on in order; ``"output.kernel"`` and ``"output.bias"`` for the reconstruction; ``"head.kernel"`` and
``"head.bias"`` for the linear classifier on the latent, in networks trained on classes. Files hold the same flat
mapping.

Losses are means over features and rows: lower is better.
"""
