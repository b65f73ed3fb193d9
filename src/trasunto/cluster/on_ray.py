"""Workers on the machines of a Ray cluster (extra ``cluster``): one on each, which trains on all that it has there."""

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

from trasunto.cluster.parcel import Parcel, RemotePlace
from trasunto.cohort.places import Begins, Place, PlaceLostError
from trasunto.cohort.plan import Chunk
from trasunto.cohort.recent import Recent
from trasunto.cohort.running import Best, Event
from trasunto.cohort.states import Arrays
from trasunto.data import Table
from trasunto.errors import ResourceError

SILENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""What Ray finds in the environment where the user has not said otherwise: it reports to nobody, and does not warn of
what it will do about GPUs one day."""

AT_HOME = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""The same, where a cluster of this machine alone is started: it listens on the loopback interface only."""

START_SECONDS = 60.0
"""How long a worker may take to start anew; by then Ray knows whether its machine is there."""


class RayWorkers:
    """The machines of a cluster that have room when they are asked for; close it when they are done with.

    A machine's worker is an actor that holds its processors, or its GPUs, and has one place for each device. Rows are
    put into Ray's object store once, and lie in each machine's memory once, shared by all its places.
    """

    elsewhere = True

    def __init__(self, ray: Any, ours: bool) -> None:
        self._ray, self._ours = ray, ours
        self._machines: list[_Machine] | None = None
        self._rows = _Rows(ray)

    @classmethod
    def at(cls, address: str) -> RayWorkers:
        """Join the cluster at an address; without one, that of this machine, or a new one on it.

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
            raise ResourceError("every machine of the Ray cluster was lost: start anew to go on")
        return there


def _refuse_silence(address: str) -> None:
    """Raise where nothing answers at HOST:PORT within a few seconds: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if "/" in host or not port.isdecimal():
        raise ResourceError(f"'ray:{address}' names no cluster: write HOST:PORT, as `ray start --head` says it")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
    except (OSError, OverflowError) as fault:
        raise ResourceError(f"no Ray cluster answers at '{address}': {fault}") from fault


def _join(ray: Any, address: str) -> None:
    with warnings.catch_warnings():
        # Python warns of forking beside JAX's threads; what Ray forks becomes another program at once.
        warnings.filterwarnings("ignore", "os.fork", RuntimeWarning)
        ray.init(address=address or None, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)


def _ready(machines: list[_Machine]) -> list[_Machine]:
    """Return the machines whose workers start: not those that have no room, or no trasunto."""
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
            f"no machine of the Ray cluster starts a worker within {START_SECONDS:.0f} s ({last}): is trasunto "
            "installed there, and has it processors free?"
        ) from last
    return ready


@dataclass(frozen=True)
class _Share:
    """What a worker takes of a machine: its GPUs where it has any, otherwise its processors."""

    kind: str
    amount: int


def _share(node: dict[str, Any]) -> _Share:
    gpus, cpus = (int(node["Resources"].get(kind, 0)) for kind in ("GPU", "CPU"))
    return _Share("num_gpus", gpus) if gpus else _Share("num_cpus", cpus)


class _Machine:
    """One machine's worker, started when it is first asked for something; `gone` once it could not be started anew."""

    def __init__(self, ray: Any, node: str, share: _Share) -> None:
        self._ray, self._node, self._share = ray, node, share
        self._lock = Lock()
        self._actor: Any = None
        self.gone = False

    @cached_property
    def devices(self) -> int:
        """How many devices it has."""
        return int(self.ask(self.actor(), "devices", seconds=START_SECONDS))

    def actor(self) -> Any:
        """Return the actor at work there."""
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
        """Return what the actor answers.

        Raises
        ------
        PlaceLostError
            It is gone, or does not answer within so many seconds.
        """
        from ray.exceptions import RayError, RayTaskError

        try:
            return self._ray.get(getattr(actor, verb).remote(*given), timeout=seconds)
        except RayTaskError as fault:
            raise fault.cause or fault from None
        except RayError as fault:
            raise PlaceLostError(f"on machine {self._node[:8]}, {type(fault).__name__}") from fault

    def replaced(self, lost: Any) -> bool:
        """Start another actor in place of one that was lost, and say whether that was possible."""
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
        # In a list, because Ray puts a table in place of a reference that is an argument itself.
        rows = [self._rows.reference(chunk.jobs[0].table)]
        return self._event("begin", Parcel.of(chunk, begins, checkpoint_seconds), rows)

    def ask(self, verb: str, *given: object) -> Any:
        """Return what the machine's worker answers."""
        return self._machine.ask(self._actor, verb, self._device, *given)

    def revive(self) -> bool:
        """Start another worker on the machine, if it is there."""
        return self._machine.replaced(self._actor)


class _Rows:
    """Tables in Ray's object store."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._put = Recent[int, tuple[Table, Any]]()

    def reference(self, table: Table) -> Any:
        """Return Ray's reference to a table, which is put there once."""
        # The table is kept with it, so that no other gets its id.
        return self._put.get(id(table), lambda: (table, self._ray.put(table)))[1]


class _Worker:
    """What runs on a machine: a bench for each of its devices."""

    def __init__(self, most: int) -> None:
        import jax

        from trasunto.cluster.parcel import Workbench
        from trasunto.cohort.devices import programs_kept, training_devices

        devices = training_devices()
        programs_kept().__enter__()  # for as long as the process lives
        self._benches = [
            Workbench(device) for device in (devices if jax.default_backend() != "cpu" else devices[:most])
        ]
        self._tables = Recent[Any, Table]()

    def devices(self) -> int:
        return len(self._benches)

    def begin(self, device: int, parcel: Parcel, rows: list[Any]) -> Event:
        import ray

        (reference,) = rows
        table = self._tables.get(reference, lambda: ray.get(reference))
        return self._benches[device].begin(parcel, table)

    def advance(self, device: int) -> Event:
        return self._benches[device].advance()

    def states(self, device: int) -> tuple[Arrays, Best]:
        return self._benches[device].states()
