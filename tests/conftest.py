"""What tests of several folders need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from trasunto.data import Table, load

if TYPE_CHECKING:
    import jax


@pytest.fixture(scope="session")
def mnist() -> Table:
    """All of MNIST."""
    return load("mnist")


@pytest.fixture(scope="session")
def few_digits(mnist: Table) -> Table:
    """The first 2,000 training and 500 test images of MNIST."""
    assert mnist.test is not None
    return replace(mnist.take(slice(2000)), test=mnist.test.take(slice(500)))


@pytest.fixture(scope="session")
def devices() -> list[jax.Device]:
    """What chunks are sent to. A folder whose tests use JAX asks for it first, for later it would be one device."""
    from trasunto.cohort.devices import training_devices

    return training_devices()
