"""Workers by name, and what is said where a name is none."""

from __future__ import annotations

import pytest

from trasunto.cluster import executor, legal
from trasunto.cohort.places import ThisProcess
from trasunto.errors import ResourceError


@pytest.mark.parametrize("name", ["local:1", "local:256", "ray", "ray:10.0.0.7:6379"])
def test_names_that_are(name: str) -> None:
    assert legal(name) == name


@pytest.mark.parametrize(
    "name", ["", "cluster", "local", "local:", "local:0", "local:-1", "local:two", "local:257", "ray:"]
)
def test_names_that_are_not(name: str) -> None:
    with pytest.raises(ResourceError, match=r"^invalid value for on: '.*' .*\(legal: local:N, ray, ray:ADDRESS\)$"):
        legal(name)


def test_an_executor_is_taken_as_it_is_and_nothing_is_this_process() -> None:
    mine = ThisProcess()
    with executor(mine) as taken, executor(None) as none:
        assert taken is mine
        assert none is None
