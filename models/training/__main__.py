"""`python -m models.training --work DIR`: makes the files of models/trained, into DIR/trained."""

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import write_atomically
from models.training.cutouts import PNGS, Cutouts, fetch, make_cutouts
from models.training.features import write_maps, write_statistics
from models.training.finder_heads import train_heads
from models.training.pools import make_crops, make_frames
from models.training.projection_fit import fit_projection
from models.training.workdir import once
from models.variants import BACKBONES, LEVELS

Tensors = Mapping[str, NDArray[np.float16]]


def main() -> int:
    """Make the files that the folder lacks; prints each step, and at the end where the files are."""
    arguments = _arguments()
    work, processes = arguments.work.resolve(), arguments.processes
    try:
        work.mkdir(parents=True, exist_ok=True)
        cutouts = _cutouts(work, arguments.cutouts, processes)
        made = [_finder(work, cutouts, arguments.frames, processes)]
        made += _projections(work, cutouts, arguments.items, processes)
        for path in made:
            target = work / "trained" / path.name
            write_atomically(target, path.read_bytes())
            print(target)
    except (ModelError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder that keeps what each step made")
    parser.add_argument("--cutouts", type=Path, help="PNGs with alpha; default: openclipart-png is fetched")
    parser.add_argument("--frames", type=int, default=12_000, help="for the finder; fewer for a trial")
    parser.add_argument("--items", type=int, default=1_900, help="for the projections; fewer for a trial")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.frames < 10 or arguments.items < 10 or arguments.processes < 1:
        parser.error("expected 10 or more frames and items, and 1 or more processes")
    return arguments


def _cutouts(work: Path, pngs: Path | None, processes: int) -> Path:
    def make(folder: Path) -> None:
        make_cutouts(folder, pngs or once(work / "openclipart", fetch) / PNGS, processes=processes)

    return once(work / "cutouts", make)


def _finder(work: Path, cutouts: Path, count: int, processes: int) -> Path:
    frames = once(
        work / f"frames-{count}", partial(make_frames, cutouts=cutouts, count=count, processes=processes)
    )
    maps = once(work / f"maps-{count}", partial(write_maps, frames=frames, threads=processes))
    folder = once(work / f"finder-{count}", lambda folder: _save(folder / "finder.npz", train_heads(maps)))
    return folder / "finder.npz"


def _projections(work: Path, cutouts: Path, count: int, processes: int) -> list[Path]:
    items = Cutouts(cutouts)
    trained = items.trained[:count]
    if len(trained) < count:
        print(f"{len(trained)} items to train with; {count} were asked for", flush=True)
    held_out = items.held_out[: max(10, count // 4)]
    draw = partial(make_crops, cutouts=cutouts, processes=processes)
    crops = {
        "crops": once(work / f"crops-{count}", partial(draw, items=trained, views=5, seed=100_000)),
        "held-out": once(work / f"held-out-{count}", partial(draw, items=held_out, views=6, seed=200_000)),
    }
    made = []
    for name in sorted({level.projection for level in LEVELS.values()}):
        statistics = [
            once(
                work / f"statistics-{name}-{pool}-{count}",
                partial(write_statistics, crops=folder, variant=BACKBONES[name], threads=processes),
            )
            for pool, folder in crops.items()
        ]
        made.append(_projection(work / f"projection-{name}-{count}", name, statistics))
    return made


def _projection(folder: Path, name: str, statistics: Sequence[Path]) -> Path:
    trained, held_out = statistics
    once(folder, lambda folder: _save(folder / f"{name}.npz", fit_projection(trained, held_out)))
    return folder / f"{name}.npz"


def _save(path: Path, tensors: Tensors) -> None:
    broken = [name for name, tensor in tensors.items() if not np.isfinite(tensor).all()]
    if broken:
        raise ModelError(
            f"{path.name}: {', '.join(broken)} has values that are no float16; expected finite ones"
        )
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, **tensors)
    write_atomically(path, data.getvalue())


if __name__ == "__main__":
    raise SystemExit(main())
