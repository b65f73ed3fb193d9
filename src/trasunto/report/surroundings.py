"""Provenance of a report: data, versions and the machine's size, but no host name and no path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trasunto.environment import cores, versions
from trasunto.report.sections import DataUsed, Machine

if TYPE_CHECKING:
    from trasunto.data import Table

_PACKAGES = ("trasunto", "jax", "jaxlib", "optax", "numpy")


def installed_versions() -> dict[str, str]:
    """Return the version of Python and of each package that numbers depend on, without importing any of them.

    Examples
    --------
    >>> list(installed_versions())
    ['python', 'trasunto', 'jax', 'jaxlib', 'optax', 'numpy']
    """
    return versions(_PACKAGES)


def this_machine(peak_gflops: float | None = None) -> Machine:
    """Return this machine's cores and memory, with the matrix-product peak (GFLOP/s) that the caller measured."""
    import psutil

    # A container's share: os.cpu_count() would promise the cores of the whole host.
    return Machine(cores=len(cores()), memory_gib=psutil.virtual_memory().total / 2**30, peak_gflops=peak_gflops)


def data_used(table: Table) -> DataUsed:
    """Return what a report says of `table`: its provenance without the path, and its size."""
    return DataUsed(
        name=table.provenance.name,
        sha256=table.provenance.sha256,
        rows=table.n,
        test_rows=table.test.n if table.test is not None else 0,
        features=table.d,
        source=table.provenance.source,
        licence=table.provenance.licence,
        sample=str(table.provenance.sample or ""),
    )
