"""Handle Ctrl-C and SIGTERM: finish the epoch in flight, record it, stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def listening() -> Iterator[Callable[[], bool]]:
    """Listen for SIGINT and SIGTERM; yield a function that says whether one came.

    The first asks to stop at the end of an epoch, and gives the signals back: a second one stops at once, as usual.
    Outside the main thread signals cannot be listened to, and the answer is always no.
    """
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def give_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def heard(number: int, frame: FrameType | None) -> None:
        came.set()
        give_back()

    for number in before:
        signal.signal(number, heard)
    try:
        yield came.is_set
    finally:
        give_back()
