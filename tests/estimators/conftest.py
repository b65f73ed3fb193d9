"""Small rows for estimators, and a count of what is compiled."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import pytest
from jax import monitoring


@pytest.fixture(scope="session", autouse=True)
def _started(devices: list[jax.Device]) -> None:
    """Start JAX as training does."""


@pytest.fixture(scope="session")
def rows() -> np.ndarray:
    """Return 120 rows (n, d) near a plane in five dimensions, of spreads from 1 to 100."""
    random = np.random.default_rng(0)
    plane = random.normal(size=(120, 2)) @ random.normal(size=(2, 5))
    near: np.ndarray = (plane + random.normal(scale=0.05, size=(120, 5))) * [1.0, 3.0, 10.0, 30.0, 100.0]
    return near


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """Return a list that grows by an entry with every program that JAX builds while the test runs."""
    built: list[str] = []

    def listen(event: str, duration_secs: float, **kwargs: str | int) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            built.append(event)

    monitoring.register_event_duration_secs_listener(listen)
    yield built
    monitoring.unregister_event_duration_listener(listen)
