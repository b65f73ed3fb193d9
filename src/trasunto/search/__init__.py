"""Search over designs: a sampler proposes, whole cohorts are trained, and what they leave is told back.

A :class:`Sweep` says what is searched: a space of designs, the seeds that make each one a network, a budget, and what
is measured. :func:`~trasunto.search.loop.search` carries it out and :mod:`~trasunto.search.journal` keeps, beside the
store's networks, what was tried: the same call goes on where it was, and with a larger budget further.

Samplers and pruners are functions of the trials so far. "grid" and "random" are this project's own, as is the pruner
"halving"; any other name is one of Optuna's classes. Each measure has its direction: losses, errors and parameters are
lower-is-better, accuracies, detection and separation higher-is-better. Nothing is drawn here (see ``figures``).
"""

from __future__ import annotations

from trasunto.search.sweep import Budget, Named, Sweep

__all__ = ["Budget", "Named", "Sweep"]
