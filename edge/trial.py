"""`python -m edge.trial MOST_BYTES [--local]`: one picture of a camera, whose address is read from stdin.

The picture goes to stdout as a JPEG of at most that many bytes. If there is none, that is why there is none,
with exit code 3.
"""

import argparse
import signal
import sys
import threading

from edge.added.trials import NO_PICTURE, WITHIN_S
from edge.cameras.sources import open_source
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.reach import Reach
from edge.picture.snapshot import at_most_wide, full_jpeg
from edge.process.hard_exit import leave

_WIDTH_PX = 960
# Shorter than the time that whoever asks waits, so that the cause is told.
_STALL_S = 8.0
_QUALITIES = (85, 75, 60)


def main() -> int:
    """Exit code 0 with a picture, 3 with the reason why there is none."""
    parser = argparse.ArgumentParser(prog="python -m edge.trial", description="One picture of a camera.")
    parser.add_argument("most_bytes", type=int)
    parser.add_argument("--local", action="store_true", help="addresses of this machine too")
    given = parser.parse_args()
    # Whoever asks has gone by then, or was killed; a driver may hang.
    signal.alarm(round(WITHIN_S) + 5)
    try:
        picture = _picture(sys.stdin.readline().rstrip("\n"), given.most_bytes, local=given.local)
    except (SourceError, ValueError) as error:
        print(error)
        return NO_PICTURE
    sys.stdout.buffer.write(picture)
    return 0


def _picture(setting: str, most_bytes: int, *, local: bool) -> bytes:
    source = open_source(setting, stall_s=_STALL_S, reach=None if local else Reach())
    if source is None:
        raise SourceError("no camera")
    for frame in source.frames(threading.Event()):
        return full_jpeg(at_most_wide(frame, _WIDTH_PX), max_bytes=most_bytes, qualities=_QUALITIES)
    raise SourceError(f"{source.name} ended without a picture")


if __name__ == "__main__":
    leave(main())
