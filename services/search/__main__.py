"""Entry point of the search process: `python -m services.search`."""

from __future__ import annotations

import os
import sys

from services.search.linear_algebra import limit_threads


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    limit_threads(os.environ)
    from services.search.serve import run  # only now, as it loads numpy

    return run()


if __name__ == "__main__":
    sys.exit(main())
