"""Row orders of epochs, computed by background threads and shared by all chunks that need them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np

from trasunto.cohort.recent import Recent
from trasunto.nets.streams import row_order

Visit = tuple[int, int, int]  # what `row_order` takes: the seed of the order, the epoch and the number of rows


class Orders:
    """Orders that were asked for last, `kept` of them, made or being made."""

    def __init__(self, kept: int = 4) -> None:
        self._threads = ThreadPoolExecutor(thread_name_prefix="trasunto-order")
        self._asked = Recent[Visit, Future[np.ndarray]](kept)

    def ask(self, visit: Visit) -> Future[np.ndarray]:
        """Return an order (n,) to come; one that could not be made is begun anew."""
        order = self._asked.get(visit, partial(self._threads.submit, row_order, *visit))
        if order.done() and order.exception() is not None:
            self._asked.forget(visit)
            order = self._asked.get(visit, partial(self._threads.submit, row_order, *visit))
        return order


ORDERS = Orders()
"""Those of this process: chunks and devices ask for the same ones."""
