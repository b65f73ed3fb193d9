from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from trasunto.cohort.devices import program_folder, programs_kept

PROBE = """
import json, os, jax
{before}
from trasunto.cohort.devices import programs_kept, training_devices
devices = training_devices()
with programs_kept():
    cache = jax.config.values["jax_compilation_cache_dir"]
jax.block_until_ready(jax.jit(lambda x: x + 1)(1.0))
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


def test_a_process_gets_a_place_a_core_and_a_private_folder_of_programs(tmp_path: Path) -> None:
    devices, cores, cache = probe(tmp_path)
    if cores is not None:
        assert devices == min(cores, 8)
    assert cache == str(tmp_path / "trasunto" / "programs")
    assert stat.S_IMODE(Path(cache).stat().st_mode) == 0o700


def test_a_process_that_has_started_jax_keeps_its_own_cache(tmp_path: Path) -> None:
    own = tmp_path / "own"
    before = f"jax.config.update('jax_compilation_cache_dir', {str(own)!r}); jax.numpy.zeros(1).block_until_ready()"
    places, cores, cache = probe(tmp_path, before)
    if cores is not None:
        assert places == min(cores, 8), "its one device serves them all"
    assert cache == str(own)
    assert not (tmp_path / "trasunto").exists()


def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "trasunto").write_text("a file where the folder would be")
    assert probe(tmp_path)[2] is None


@pytest.mark.parametrize("home", ["relative", "/dev/null", "/proc"])
def test_without_a_folder_of_ones_own_nothing_is_kept(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", home)
    before = dict(jax.config.values)
    with programs_kept():
        assert dict(jax.config.values) == before


def test_a_user_without_an_entry_and_without_a_home_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    assert program_folder() is None


def test_programs_are_kept_until_the_last_has_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = dict(jax.config.values)
    first, second = programs_kept(), programs_kept()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert jax.config.values["jax_compilation_cache_dir"] == str(tmp_path / "trasunto" / "programs")
    second.__exit__(None, None, None)
    assert dict(jax.config.values) == before


@pytest.mark.parametrize(
    ("variable", "platform"), [("JAX_PLATFORMS", "cuda"), ("JAX_PLATFORMS", "metal"), ("JAX_PLATFORM_NAME", "gpu")]
)
def test_a_platform_that_is_not_here_is_named_with_its_variable(variable: str, platform: str) -> None:
    code = (
        "from trasunto.cohort.devices import training_devices\n"
        "from trasunto.errors import TrasuntoError\n"
        "try:\n    print(training_devices())\n"
        "except TrasuntoError as refusal:\n    print(refusal)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_PLATFORM")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment | {variable: platform}, capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        f"{variable} is '{platform}', and JAX finds no such device here: unset it, or set {variable}=cpu to use the "
        "processor\n"
    )


def test_a_number_of_devices_that_was_chosen_is_kept(tmp_path: Path) -> None:
    assert probe(tmp_path, "jax.config.update('jax_num_cpu_devices', 3)")[0] == 3


def test_asking_for_members_does_not_start_jax(tmp_path: Path) -> None:
    """Ids depend on the precision; were that asked of an array, training would be left with one device."""
    before = (
        "import numpy, trasunto.data as data, trasunto.cohort.request as request, trasunto.spec as spec\n"
        "recipe, table = spec.Recipe('[1 relu] > linear'), data.from_arrays(numpy.eye(4))\n"
        "request.make_request(recipe, table, 2, 1, None, None).usual_name"
    )
    devices, cores, _ = probe(tmp_path, before)
    if cores is not None:
        assert devices == min(cores, 8)


def test_devices_stay_the_same(devices: list[jax.Device]) -> None:
    from trasunto.cohort.devices import training_devices

    assert training_devices() == devices
    assert set(devices) == set(jax.local_devices())
