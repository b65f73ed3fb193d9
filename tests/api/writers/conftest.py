"""A training to be written, and a process that reaches nobody."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.api.writers import log_to
from trasunto.data import from_arrays
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe

TrainLogged = Callable[..., Cohort]


@pytest.fixture
def train_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainLogged:
    """Train four networks, one of which diverges, in an empty folder, and log them."""
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    table = from_arrays(x[:40], test=x[40:], name="numbers")
    recipe = Recipe("[2 linear drop=0.1] > linear", optimizer="sgd", learning_rate=0.1, batch_size=20)

    def run(target: str, epochs: int = 3) -> Cohort:
        grid = recipe.replace(epochs=epochs).grid(learning_rate=[0.05, 0.1, 0.2, 1e30])
        with log_to(target) as observe:
            return train(grid, table, store=tmp_path / "runs", observe=observe)

    return run


@pytest.fixture
def nobody_is_reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let no socket connect outside this machine, and keep the addresses that were tried."""
    tried: list[Any] = []
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            tried.append(address)
            raise OSError("nobody is reached from here")
        connect(self, address)

    def unresolved(host: Any, *others: Any, **more: Any) -> Any:
        tried.append(host)
        raise OSError("no name is looked up from here")

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    yield tried
    assert tried == []
