from __future__ import annotations

import jax
import pytest


@pytest.fixture(scope="session", autouse=True)
def _started(devices: list[jax.Device]) -> None:
    """Start JAX as training does."""
