"""Hyperparameter search: a sampler proposes designs, cohorts of them are trained and measured, pruners end some early.

A :class:`Sweep` defines a space of designs, seeds, a budget and measures. :func:`~trasunto.search.loop.search` runs it;
:mod:`~trasunto.search.journal` records its trials beside the store's networks, so that the same call resumes, and with
a larger budget continues.

Samplers and pruners are functions of the trials so far. The samplers "grid" and "random" and the pruner "halving" are
this project's own; any other name is one of Optuna's classes. Losses, errors and parameters are lower-is-better,
accuracies, detection and separation higher-is-better. Figures are in ``figures``.
"""

from __future__ import annotations

from trasunto.search.sweep import Budget, Named, Sweep

__all__ = ["Budget", "Named", "Sweep"]
