"""Names of error axes, by the loss that the networks were trained with."""

from __future__ import annotations

_MEASURES = {
    "mse": "MSE",
    "mae": "mean absolute error",
    "huber": "Huber loss",
    "bce": "binary cross entropy",
}


def error_axis(loss: str, epochs: int | None = None, *, per: str = "feature") -> str:
    """Return the name of a test-error axis with its unit, and the epoch where there is only one.

    `per` is what errors are means over: "pixel" or "feature".
    """
    after = "" if epochs is None else f" after {epochs} epochs" if epochs > 1 else " after 1 epoch"
    return f"test error{after} ({unit(loss, per)})"


def unit(loss: str, per: str = "feature") -> str:
    """Return what an error of `loss` is measured in."""
    return f"{_MEASURES[loss]} per {per}" if loss in _MEASURES else loss
