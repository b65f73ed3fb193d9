"""``python -m trasunto`` is ``trasunto``."""

from __future__ import annotations

import sys

from trasunto.cli import main

if __name__ == "__main__":
    sys.exit(main())
