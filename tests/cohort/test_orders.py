from __future__ import annotations

from threading import Event

import numpy as np
import pytest

from trasunto.cohort import orders
from trasunto.cohort.orders import Orders
from trasunto.nets.streams import row_order


def test_an_order_is_made_once_for_all_who_ask_while_it_is_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    go, made = Event(), []

    def slow(*visit: int) -> np.ndarray:
        assert go.wait(60)
        made.append(visit)
        return row_order(*visit)

    monkeypatch.setattr(orders, "row_order", slow)
    asked = Orders()
    first, second, other = (asked.ask(visit) for visit in ((7, 1, 50), (7, 1, 50), (7, 2, 50)))
    assert not first.done()
    go.set()
    assert np.array_equal(first.result(), row_order(7, 1, 50))
    assert second.result() is first.result()
    assert np.array_equal(other.result(), row_order(7, 2, 50))
    assert sorted(made) == [(7, 1, 50), (7, 2, 50)]


def test_those_asked_for_last_are_kept() -> None:
    asked = Orders(kept=2)
    first, second = asked.ask((0, 1, 9)), asked.ask((0, 2, 9))
    assert asked.ask((0, 1, 9)) is first
    asked.ask((0, 3, 9))
    assert asked.ask((0, 1, 9)) is first, "used after the second"
    assert asked.ask((0, 2, 9)) is not second


def test_an_order_that_could_not_be_made_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*visit: int) -> np.ndarray:
        raise MemoryError

    asked = Orders()
    with monkeypatch.context() as patch:
        patch.setattr(orders, "row_order", failing)
        with pytest.raises(MemoryError):
            asked.ask((0, 1, 9)).result()
    assert np.array_equal(asked.ask((0, 1, 9)).result(), row_order(0, 1, 9))
