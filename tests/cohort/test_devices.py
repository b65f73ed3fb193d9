from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jax

PROBE = """
import json, os, jax
{before}
from trasunto.cohort.devices import training_devices
devices = training_devices()
jax.block_until_ready(jax.jit(lambda x: x + 1)(1.0))
cache = jax.config.values["jax_compilation_cache_dir"]
print(json.dumps([len(devices), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None, cache]))
"""


def probe(home: Path, before: str = "") -> tuple[int, int | None, str | None]:
    """Ask for devices in a fresh process; return how many there are, the cores, and where programs are kept."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE.format(before=before)],
        env={**os.environ, "XDG_CACHE_HOME": str(home), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    )
    devices, cores, cache = json.loads(done.stdout)
    return devices, cores, cache


def test_a_process_gets_a_device_a_core_and_a_private_folder_of_programs(tmp_path: Path) -> None:
    devices, cores, cache = probe(tmp_path)
    if cores is not None:
        assert devices == min(cores, 8)
    assert cache == str(tmp_path / "trasunto" / "programs")
    assert stat.S_IMODE(Path(cache).stat().st_mode) == 0o700


def test_a_process_that_has_started_jax_keeps_its_devices_and_its_own_cache(tmp_path: Path) -> None:
    own = tmp_path / "own"
    before = f"jax.config.update('jax_compilation_cache_dir', {str(own)!r}); jax.numpy.zeros(1).block_until_ready()"
    devices, _, cache = probe(tmp_path, before)
    assert devices == 1
    assert cache == str(own)
    assert not (tmp_path / "trasunto").exists()


def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "trasunto").write_text("a file where the folder would be")
    assert probe(tmp_path)[2] is None


def test_asking_for_members_does_not_start_jax(tmp_path: Path) -> None:
    """Ids depend on the precision; were that asked of an array, training would be left with one device."""
    before = (
        "import numpy, trasunto.data as data, trasunto.runs.request as request, trasunto.spec as spec\n"
        "recipe, table = spec.Recipe('[1 relu] > linear'), data.from_arrays(numpy.eye(4))\n"
        "request.make_request(recipe, table, 2, 1, None, None).usual_name"
    )
    devices, cores, _ = probe(tmp_path, before)
    if cores is not None:
        assert devices == min(cores, 8)


def test_devices_stay_the_same(devices: list[jax.Device]) -> None:
    from trasunto.cohort.devices import training_devices

    assert training_devices() == devices == jax.local_devices()
