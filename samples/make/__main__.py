"""`python -m samples.make [catalogue] [clip]`: makes the missing files of these steps, by default of all."""

import sys

from .catalogue import make_catalogue
from .clip import write_clip
from .desk import render_desk
from .paths import WORK
from .shots import load_shots, write_truth
from .views import render_views


def make_clip() -> None:
    """Renders desk and views, then writes the clip and its truth."""
    for folder in ("desk", "views"):
        (WORK / folder).mkdir(parents=True, exist_ok=True)
    render_desk()
    for shot in load_shots():
        if shot.item is not None:
            render_views(shot)
    write_clip()
    write_truth()


def main() -> None:
    """Runs the named steps."""
    steps = {"catalogue": make_catalogue, "clip": make_clip}
    wanted = sys.argv[1:] or list(steps)
    unknown = sorted(set(wanted) - set(steps))
    if unknown:
        sys.exit(f"unknown step {unknown[0]!r}; there are: {', '.join(steps)}")
    for name in wanted:
        steps[name]()


if __name__ == "__main__":
    main()
