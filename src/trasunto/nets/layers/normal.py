"""Variational latent layers: draws from a normal distribution whose parameters are a dense layer's sums.

References
----------
Kingma and Welling (2014), "Auto-encoding variational Bayes", section 2.4, and appendix B for `divergence`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from trasunto.nets.columns import mean_of_rows
from trasunto.nets.streams import DRAWN, normal


def values(activation: str, sums: jax.Array, key: jax.Array | None) -> jax.Array:
    """Return a draw (b, z) given means and log variances (b, 2 z), or the means if there is no key."""
    mean, log_variance = jnp.split(sums, 2, axis=1)
    if key is None:
        return mean
    return mean + jnp.exp(log_variance / 2) * normal(jax.random.fold_in(key, DRAWN), mean)


def divergence(sums: jax.Array, real: jax.Array | None = None) -> jax.Array:
    """Return the Kullback-Leibler divergence from the standard normal, summed over units, averaged over rows."""
    mean, log_variance = jnp.split(sums, 2, axis=1)
    each = jnp.square(mean) + jnp.exp(log_variance) - log_variance - 1
    return mean_of_rows(each.sum(axis=1), real) / 2
