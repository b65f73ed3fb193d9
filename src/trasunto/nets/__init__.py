"""Pure functions of ONE network: initialise, corrupt, encode, decode, classify, lose, penalise.

Nothing here knows of a cohort: shapes carry rows (b), features (d), hidden (h) and latent (z) units, never an axis
over networks. `cohort` adds that axis from outside with ``jax.vmap``. First weights alone are drawn for many seeds at
once, by NumPy: a program for it would be compiled for each shape of network, and be used once.

Weights of a network are a flat mapping from names to arrays: ``"1.kernel"`` (d, h) and ``"1.bias"`` (h,) for the first
layer, and so on in order; ``"output.kernel"`` and ``"output.bias"`` for the reconstruction; ``"head.kernel"`` and
``"head.bias"`` for the linear classifier on the latent, in networks that are trained on classes. A flat mapping is what
files hold, so weights are stored as they are.

Losses are means over features and rows: lower is better.
"""
