"""The command line: it parses what was typed, calls :mod:`trasunto.api`, and prints what comes back.

There is one file per command, and what the commands share is around them: ``options`` (declared once), ``values`` (text
into values), ``progress`` and ``printing``, ``terminal`` (signals and encodings), ``refusals`` (what went wrong, as one
sentence and an exit code). Nothing heavy is imported before a command needs it, so that help is instant.

Exit codes: 0 for success alone, 2 for what the user can mend, 130 for what a signal ended (Ctrl-C, SIGTERM, SIGHUP),
141 where nobody reads on, 1 for a fault of ours (of ``trasunto store check`` and ``repair``: for a store with faults).
Progress goes where the result goes, except with ``--json``: then stdout holds one JSON document and nothing else.
"""

from __future__ import annotations

from trasunto.cli.program import main

__all__ = ["main"]
