"""`python -m edge.alive [--within S]`: the check whether the edge's loop turns."""

import argparse
import os
import sys
from pathlib import Path

from edge.process.alive_file import VARIABLE, trouble

WITHIN_S = 15.0


def main() -> int:
    """Exit code 0 if the loop has turned lately, 1 if it has not, 2 for wrong input."""
    parser = argparse.ArgumentParser(
        prog="python -m edge.alive", description="Whether the edge does its work."
    )
    parser.add_argument("--within", type=float, default=WITHIN_S, metavar="S", help="seconds (%(default)g)")
    within_s = parser.parse_args().within
    path = os.environ.get(VARIABLE)
    if not path:
        print(f"error: {VARIABLE} is not set; expected the file that the edge touches", file=sys.stderr)
        return 2
    found = trouble(Path(path), within_s=within_s)
    if found is not None:
        print(f"error: {found}", file=sys.stderr)
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
