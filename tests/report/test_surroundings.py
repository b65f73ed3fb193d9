from __future__ import annotations

import platform
import socket
from dataclasses import asdict
from pathlib import Path

import numpy as np

from trasunto.data import from_arrays
from trasunto.report import data_used, installed_versions, this_machine


def test_the_machine_is_described_without_naming_it() -> None:
    told = asdict(this_machine(158.2))
    assert told["cores"] >= 1
    assert told["memory_gib"] > 0.1
    assert told["peak_gflops"] == 158.2
    assert not {socket.gethostname(), platform.node(), str(Path.home())} & set(map(str, told.values()))


def test_the_versions_that_numbers_depend_on_are_all_there() -> None:
    versions = installed_versions()
    assert versions["python"] == platform.python_version()
    assert {"trasunto", "jax", "numpy", "optax"} <= set(versions)


def test_data_are_described_by_name_and_size_without_a_path() -> None:
    rows = np.arange(12.0).reshape(4, 3)
    used = data_used(from_arrays(rows, test=rows[:2], name="mine"))
    assert (used.name, used.rows, used.test_rows, used.features) == ("mine", 4, 2, 3)
    assert len(used.sha256) == 64
    assert data_used(from_arrays(rows)).test_rows == 0
