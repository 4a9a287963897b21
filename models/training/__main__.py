"""`python -m models.training --work DIR`: makes the files of models/trained, into DIR/trained."""

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import write_atomically
from models.training.cutouts import PNGS, Cutouts, fetch, make_cutouts
from models.training.features import write_maps, write_photograph_statistics, write_statistics
from models.training.finder_heads import train_heads
from models.training.joined import join
from models.training.photographs import make_grounds, make_things
from models.training.pools import make_crops, make_frames
from models.training.projection_fit import fit_projection
from models.training.workdir import once, read_arrays
from models.variants import BACKBONES, LEVELS

Tensors = Mapping[str, NDArray[np.float16]]


def main() -> int:
    """Make the files that the folder lacks; prints each step, and at the end where the files are."""
    arguments = _arguments()
    work, processes = arguments.work.resolve(), arguments.processes
    try:
        work.mkdir(parents=True, exist_ok=True)
        drawn = _drawn(work, arguments)
        heads = _finder(work, drawn, arguments.frames, processes)
        made = [heads, *_projections(work, drawn, heads, arguments)]
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
    parser.add_argument("--grounds", type=Path, nargs="+", help="folders of photographs to draw things over")
    parser.add_argument("--things", type=Path, nargs="+", help="folders of photographs on plain ground")
    parser.add_argument("--shown", type=Path, help="a folder of folders, each with photographs of one thing")
    parser.add_argument("--frames", type=int, default=12_000, help="for the finder; fewer for a trial")
    parser.add_argument("--items", type=int, default=1_900, help="for the projections; fewer for a trial")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.frames < 10 or arguments.items < 10 or arguments.processes < 1:
        parser.error("expected 10 or more frames and items, and 1 or more processes")
    return arguments


@dataclass(frozen=True)
class _Drawn:
    """What is drawn with: cut-outs, and photographs as grounds if there are any."""

    cutouts: Path
    photographs: Path | None


def _drawn(work: Path, arguments: argparse.Namespace) -> _Drawn:
    grounds = arguments.grounds and once(work / "grounds", partial(make_grounds, sources=arguments.grounds))
    things = arguments.things and once(work / "things", partial(make_things, sources=arguments.things))

    def make(folder: Path) -> None:
        pngs = arguments.cutouts or once(work / "openclipart", fetch) / PNGS
        make_cutouts(folder, pngs, things, processes=arguments.processes)

    return _Drawn(once(work / "cutouts", make), grounds)


def _finder(work: Path, drawn: _Drawn, count: int, processes: int) -> Path:
    draw = partial(make_frames, cutouts=drawn.cutouts, photographs=drawn.photographs)
    frames = once(work / f"frames-{count}", partial(draw, count=count, processes=processes))
    maps = once(work / f"maps-{count}", partial(write_maps, frames=frames, threads=processes))
    folder = once(work / f"finder-{count}", lambda folder: _save(folder / "finder.npz", train_heads(maps)))
    return folder / "finder.npz"


def _projections(work: Path, drawn: _Drawn, heads: Path, arguments: argparse.Namespace) -> list[Path]:
    items, count, processes = Cutouts(drawn.cutouts), arguments.items, arguments.processes
    trained = items.trained[:count]
    if len(trained) < count:
        print(f"{len(trained)} items to train with; {count} were asked for", flush=True)
    held_out = items.held_out[: max(10, count // 4)]
    draw = partial(make_crops, cutouts=drawn.cutouts, photographs=drawn.photographs, processes=processes)
    crops = {
        "crops": once(work / f"crops-{count}", partial(draw, items=trained, views=5, seed=100_000)),
        "held-out": once(work / f"held-out-{count}", partial(draw, items=held_out, views=6, seed=200_000)),
    }
    made = []
    for name in sorted({level.projection for level in LEVELS.values()}):
        variant = BACKBONES[name]
        statistics = [
            once(
                work / f"statistics-{name}-{pool}-{count}",
                partial(write_statistics, crops=folder, variant=variant, threads=processes),
            )
            for pool, folder in crops.items()
        ]
        projection = _projection(work / f"projection-{name}-{count}", name, statistics)
        if arguments.shown:
            write = partial(write_photograph_statistics, photographs=arguments.shown, heads=heads)
            shown = once(work / f"shown-{name}", partial(write, variant=variant, threads=processes))
            projection = _joined(work / f"joined-{name}-{count}", name, projection, statistics[0], shown)
        made.append(projection)
    return made


def _joined(folder: Path, name: str, projection: Path, drawn: Path, shown: Path) -> Path:
    with np.load(projection, allow_pickle=False) as file:
        weight = file["weight"].astype(np.float32)
    statistics, real = (read_arrays(each) for each in (drawn, shown))
    rows = np.array(statistics["statistics"], np.float32), np.array(real["statistics"], np.float32)
    things = np.array(real["things"], np.int64)
    once(folder, lambda folder: _save(folder / f"{name}.npz", join(weight, *rows, things)))
    return folder / f"{name}.npz"


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
