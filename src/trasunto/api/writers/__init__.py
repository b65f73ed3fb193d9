"""Curves for other tools, written beside the training: MLflow and TensorBoard.

:func:`log_to` opens the writers that targets such as ``"mlflow"`` or ``"tensorboard:FOLDER"`` name, and yields an
observer for `trasunto.train`. Each member becomes one MLflow run, or one folder of TensorBoard's: its numbers and seed,
what was measured after every epoch, and how it ended. Nothing is written unless it is asked for, and nothing is sent
anywhere but to the place that was named. Writers only read: one that fails is reported once, and the training goes on.
"""

from __future__ import annotations

from trasunto.api.writers.targets import log_to

__all__ = ["log_to"]
