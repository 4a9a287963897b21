"""Entry point of the command line: `lookalike …`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run a command; gives its exit code."""
    # A health check runs every few seconds, and the other commands' imports take a second to load.
    if sys.argv[1:2] == ["alive"] and "--help" not in sys.argv:
        from services.cli.alive import main as alive

        return alive(sys.argv[2:])
    from services.cli.app import main as others

    return others()


if __name__ == "__main__":
    sys.exit(main())
