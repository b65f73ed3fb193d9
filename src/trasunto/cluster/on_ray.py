"""Executor on a Ray cluster (extra ``cluster``): one worker actor per machine, training on all its devices."""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from trasunto.cluster.remote import ChunkMessage, RemotePlace
from trasunto.cohort.places import Begins, Place, PlaceLostError
from trasunto.cohort.plan import Chunk
from trasunto.cohort.recent import Recent
from trasunto.cohort.running import Best, Event
from trasunto.cohort.states import Arrays
from trasunto.data import Table
from trasunto.errors import ResourceError

SILENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""Environment defaults for Ray: no usage statistics, and no warning about its future handling of GPUs."""

AT_HOME = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Further ones for a cluster of this machine alone: it listens on the loopback interface only."""

START_SECONDS = 60.0
"""How long a worker may take to start; by then Ray knows whether its machine is alive."""


class RayWorkers:
    """Executor on the machines of a cluster that have resources free at first use; to be closed after use.

    A machine's worker is an actor that holds its CPUs, or its GPUs, and has one place for each device. Rows are put
    into Ray's object store once, and are held in each machine's memory once, shared by all its places.
    """

    elsewhere = True

    def __init__(self, ray: Any, ours: bool) -> None:
        self._ray, self._ours = ray, ours
        self._machines: list[_Machine] | None = None
        self._rows = _Rows(ray)

    @classmethod
    def at(cls, address: str) -> RayWorkers:
        """Join the cluster at an address; without one, this machine's cluster, or a new one.

        Raises
        ------
        ResourceError
            Ray is not installed, or no cluster answers.
        """
        if importlib.util.find_spec("ray") is None:
            raise ResourceError("'ray' needs the package ray: pip install 'trasunto[cluster]'")
        if address:
            _refuse_silence(address)
        for name, value in (SILENT if address else SILENT | AT_HOME).items():
            os.environ.setdefault(name, value)
        import ray

        ours = not ray.is_initialized()
        if ours:
            try:
                _join(ray, address)
            except (ConnectionError, ValueError, RuntimeError) as fault:
                where = f"at '{address}'" if address else "on this machine"
                raise ResourceError(f"no Ray cluster answers {where}: {fault}") from fault
        return cls(ray, ours)

    @property
    def width(self) -> int:
        """Count the places of all machines."""
        return sum(machine.devices for machine in self._found())

    def places(self) -> Sequence[Place]:
        """Return the places of all machines."""
        return [RayPlace(machine, device, self._rows) for machine in self._found() for device in range(machine.devices)]

    def close(self) -> None:
        """End the workers, and leave the cluster if this joined it."""
        for machine in self._machines or ():
            machine.close()
        self._machines = None
        if self._ours:
            self._ray.shutdown()

    def _found(self) -> list[_Machine]:
        if self._machines is None:
            alive = [node for node in self._ray.nodes() if node["Alive"]]
            able = [node for node in alive if _share(node).amount]
            if not able:
                raise ResourceError(f"none of the {len(alive)} machines of the Ray cluster has a CPU or GPU to give")
            self._machines = _ready([_Machine(self._ray, node["NodeID"], _share(node)) for node in able])
        there = [machine for machine in self._machines if not machine.gone]
        if not there:
            raise ResourceError("every machine of the Ray cluster was lost: run the same command again to resume")
        return there


def _refuse_silence(address: str) -> None:
    """Refuse an address where nothing listens: Ray itself would retry for minutes."""
    host, _, port = address.rpartition(":")
    if "/" in host or not port.isdecimal():
        raise ResourceError(f"invalid address in 'ray:{address}': write HOST:PORT, as `ray start --head` prints it")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
    except (OSError, OverflowError) as fault:
        raise ResourceError(f"no Ray cluster answers at '{address}': {fault}") from fault


def _join(ray: Any, address: str) -> None:
    with warnings.catch_warnings():
        # Python warns of forking beside JAX's threads; Ray's forks exec another program at once.
        warnings.filterwarnings("ignore", "os.fork", RuntimeWarning)
        ray.init(address=address or None, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)


def _ready(machines: list[_Machine]) -> list[_Machine]:
    """Return the machines whose workers start, and drop those without free resources or without trasunto."""
    ready, last = [], PlaceLostError()
    for machine in machines:
        machine.actor()  # all of them start at the same time
    for machine in machines:
        try:
            machine.devices  # noqa: B018 (asked for once, and kept)
            ready.append(machine)
        except PlaceLostError as fault:
            machine.close()
            last = fault
    if not ready:
        raise ResourceError(
            f"no machine of the Ray cluster started a worker within {START_SECONDS:.0f} s ({last}): is trasunto "
            "installed there, and are processors free?"
        ) from last
    return ready


@dataclass(frozen=True)
class _Share:
    """Resources that a worker takes of a machine: its GPUs if it has any, otherwise its CPUs."""

    kind: str
    amount: int


def _share(node: dict[str, Any]) -> _Share:
    gpus, cpus = (int(node["Resources"].get(kind, 0)) for kind in ("GPU", "CPU"))
    return _Share("num_gpus", gpus) if gpus else _Share("num_cpus", cpus)


class _Machine:
    """One machine's worker, started at first use; `gone` once it could not be restarted."""

    def __init__(self, ray: Any, node: str, share: _Share) -> None:
        self._ray, self._node, self._share = ray, node, share
        self._lock = Lock()
        self._actor: Any = None
        self.gone = False

    @cached_property
    def devices(self) -> int:
        """Number of its devices."""
        return int(self.ask(self.actor(), "devices", seconds=START_SECONDS))

    def actor(self) -> Any:
        """Return the machine's actor, started if necessary."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        with self._lock:
            if self._actor is None:
                worker = self._ray.remote(_Worker).options(
                    **{"num_cpus": 0, self._share.kind: self._share.amount},
                    scheduling_strategy=NodeAffinitySchedulingStrategy(self._node, soft=False),
                    max_concurrency=self._share.amount,
                )
                self._actor = worker.remote(self._share.amount)
            return self._actor

    def ask(self, actor: Any, verb: str, *given: object, seconds: float | None = None) -> Any:
        """Call a method of the actor and return its result.

        Raises
        ------
        PlaceLostError
            The actor is gone, or does not answer in time.
        """
        from ray.exceptions import RayError, RayTaskError

        try:
            return self._ray.get(getattr(actor, verb).remote(*given), timeout=seconds)
        except RayTaskError as fault:
            raise fault.cause or fault from None
        except RayError as fault:
            raise PlaceLostError(f"on machine {self._node[:8]}, {type(fault).__name__}") from fault

    def replaced(self, lost: Any) -> bool:
        """Restart a lost actor; say whether that succeeded."""
        with self._lock:
            if self._actor is lost:
                self._actor = None
        try:
            self.ask(self.actor(), "devices", seconds=START_SECONDS)
        except PlaceLostError:
            self.gone = True
        return not self.gone

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            if self._actor is not None:
                self._ray.kill(self._actor)
                self._actor = None


class RayPlace(RemotePlace):
    """One device of one machine."""

    def __init__(self, machine: _Machine, device: int, rows: _Rows) -> None:
        self._machine, self._device, self._rows = machine, device, rows
        self._actor: Any = None

    def begin(self, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Event:
        """Send a chunk, and a reference to its rows."""
        self._chunk, self._actor = chunk, self._machine.actor()
        # In a list: Ray replaces a reference that is an argument itself by its object.
        rows = [self._rows.reference(chunk.jobs[0].table)]
        return self._event("begin", ChunkMessage.of(chunk, begins, checkpoint_seconds), rows)

    def ask(self, verb: str, *given: object) -> Any:
        """Call the machine's worker and return its result."""
        return self._machine.ask(self._actor, verb, self._device, *given)

    def revive(self) -> bool:
        """Restart the machine's worker, if it is alive."""
        return self._machine.replaced(self._actor)


class _Rows:
    """Cache of tables put into Ray's object store."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._put = Recent[int, tuple[Table, Any]]()

    def reference(self, table: Table) -> Any:
        """Return Ray's reference to a table, put there on first use."""
        # The table is kept too, so that its id is not reused.
        return self._put.get(id(table), lambda: (table, self._ray.put(table)))[1]


class _Worker:
    """Actor on a machine: a worker server for each of its devices."""

    def __init__(self, most: int) -> None:
        import jax

        from trasunto.cluster.remote import WorkerServer
        from trasunto.cohort.devices import programs_kept, training_devices

        devices = training_devices()
        programs_kept().__enter__()  # for as long as the process lives
        self._servers = [
            WorkerServer(device) for device in (devices if jax.default_backend() != "cpu" else devices[:most])
        ]
        self._tables = Recent[Any, Table]()

    def devices(self) -> int:
        return len(self._servers)

    def begin(self, device: int, message: ChunkMessage, rows: list[Any]) -> Event:
        import ray

        (reference,) = rows
        table = self._tables.get(reference, lambda: ray.get(reference))
        return self._servers[device].begin(message, table)

    def advance(self, device: int) -> Event:
        return self._servers[device].advance()

    def states(self, device: int) -> tuple[Arrays, Best]:
        return self._servers[device].states()
