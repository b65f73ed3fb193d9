"""The orders in which epochs visit rows, made by threads while devices are at work, each once for all who ask."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import numpy as np

from trasunto.nets.streams import row_order

Visit = tuple[int, int, int]  # what `row_order` takes: the seed of the order, the epoch and the number of rows


class Orders:
    """Orders that were asked for last, `kept` of them, made or being made."""

    def __init__(self, kept: int = 4) -> None:
        self._lock, self._kept = Lock(), kept
        self._threads = ThreadPoolExecutor(thread_name_prefix="trasunto-order")
        self._asked: dict[Visit, Future[np.ndarray]] = {}

    def ask(self, visit: Visit) -> Future[np.ndarray]:
        """Return an order (n,) to come; one that could not be made is begun anew."""
        with self._lock:
            order = self._asked.pop(visit, None)
            if order is None or (order.done() and order.exception() is not None):
                order = self._threads.submit(row_order, *visit)
            self._asked[visit] = order  # last again
            while len(self._asked) > self._kept:
                del self._asked[next(iter(self._asked))]
            return order


ORDERS = Orders()
"""Those of this process: chunks and devices ask for the same ones."""
