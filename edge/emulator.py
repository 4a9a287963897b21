"""`python -m edge.emulator FILE.py [--frames N]`: run a DeepLens program."""

import argparse
import sys
from pathlib import Path

_DESCRIPTION = """Runs the file of a DeepLens project on any camera (LOOKALIKE_SOURCE) until it ends, or until
SIGTERM or Ctrl-C. Settings are those of python -m edge; see docs/deeplens.md."""


def main() -> int:
    """Run the program; exit code 0 stopped or ended, 1 it failed, 2 wrong input."""
    parser = argparse.ArgumentParser(prog="python -m edge.emulator", description=_DESCRIPTION)
    parser.add_argument("file", type=Path, help="the program, in Python 3 or Python 2")
    parser.add_argument("--frames", type=_count, help="end after this number of frames")
    parser.add_argument(
        "--python2", action="store_true", help="it is Python 2 (7/2 is 3), although Python 3 can read it"
    )
    options = parser.parse_args()

    from edge.deeplens.device_host import add_device_modules

    add_device_modules()
    from edge.deeplens.emulator.app import main as run  # imported late, as it imports awscam

    return run(options.file, frames=options.frames, python2=options.python2)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of frames; expected 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
