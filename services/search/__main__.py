"""Entry point of the search process: `python -m services.search`, and `… serve` in a SageMaker container."""

from __future__ import annotations

import os
import sys

from services.search.freed_memory import share_freed_memory
from services.search.garbage import collect_seldom
from services.search.linear_algebra import limit_threads


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    limit_threads(os.environ)
    share_freed_memory()
    collect_seldom()
    # Only now, as they load numpy.
    if sys.argv[1:2] == ["serve"]:
        from services.search import serve_rows

        return serve_rows.run(sys.argv[2:])
    from services.search import serve

    return serve.run()


if __name__ == "__main__":
    sys.exit(main())
