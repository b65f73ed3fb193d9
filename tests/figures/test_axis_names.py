from __future__ import annotations

from trasunto.figures.axis_names import error_axis, unit


def test_axes_name_the_epoch_and_the_unit() -> None:
    assert error_axis("mse", 5, per="pixel") == "test error after 5 epochs (MSE per pixel)"
    assert error_axis("mse", 1) == "test error after 1 epoch (MSE per feature)"
    assert error_axis("bce", per="pixel") == "test error (binary cross entropy per pixel)"


def test_an_unlisted_loss_is_its_own_unit() -> None:
    assert unit("cosine") == "cosine"
