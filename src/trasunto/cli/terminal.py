"""Terminal handling: signals that end a command, and characters that the encoding lacks."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

ENDING = ("SIGTERM", "SIGHUP")


@contextmanager
def signals_interrupting() -> Iterator[None]:
    """Take the signals that end a process for a Ctrl-C meanwhile, so that nothing half-written is left behind.

    What the process ignores, as under ``nohup``, it goes on to ignore.
    """
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in usual:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def unencodable_replaced() -> Iterator[None]:
    """Print question marks meanwhile for letters that stdout or stderr cannot encode, nothing where it is closed."""
    with ExitStack() as stack:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:
                setattr(sys, name, stack.enter_context(Path(os.devnull).open("w")))
                stack.callback(setattr, sys, name, None)
            elif isinstance(stream, io.TextIOWrapper):
                stack.callback(stream.reconfigure, errors=stream.errors)
                stream.reconfigure(errors="replace")
        yield
