"""What an axis of errors is called, by the loss that the networks were trained with."""

from __future__ import annotations

_UNITS = {
    "mse": "MSE per pixel",
    "mae": "mean absolute error per pixel",
    "huber": "Huber loss per pixel",
    "bce": "binary cross entropy per pixel",
}


def error_axis(loss: str, epochs: int | None = None) -> str:
    """Return the name of a test-error axis with its unit, and the epoch where there is only one."""
    after = "" if epochs is None else f" after {epochs} epochs" if epochs > 1 else " after 1 epoch"
    return f"test error{after} ({unit(loss)})"


def unit(loss: str) -> str:
    """Return what an error of `loss` is measured in."""
    return _UNITS.get(loss, loss)
