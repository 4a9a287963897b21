"""Measures where a built level's vectors of camera pictures lie: `python -m models.training.space`.

Half of the mean is of drawn crops (things over photographs, `pools.py`), half of photographs of real things:
the one half has many things, the other real cameras. The vectors kept are of the drawn crops, one a thing.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from models.space import Space, space_file, write_space
from models.training.paint import Picture
from models.training.photographs import pictures_in
from models.variants import LEVELS

KEPT = 500


def measured(model: OnnxFeaturizer, crops: Picture, photographs: Iterator[Picture]) -> Space:
    """The space by crops uint8 [things, views, size, size, 3], the catalogue's first, and photographs."""
    things, views = crops.shape[:2]
    shown = crops[:, 1:].reshape(things * (views - 1), *crops.shape[2:])
    drawn = model.embed(list(shown)).reshape(things, views - 1, -1)
    real = np.concatenate([model.look([picture])[0] for picture in photographs])
    mean: NDArray[np.float32] = (drawn.mean((0, 1)) + real.mean(0)) / 2
    return Space(mean.astype(np.float32), drawn[:KEPT, 0])


def main() -> None:
    """Measure the levels' spaces and write their files."""
    parser = argparse.ArgumentParser(prog="python -m models.training.space", description=__doc__)
    parser.add_argument("crops", type=Path, help="DIR/crops-N/crops.npy")
    parser.add_argument("photographs", type=Path, nargs="+", help="folders of photographs")
    parser.add_argument("--level", choices=list(LEVELS), nargs="+", default=list(LEVELS))
    arguments = parser.parse_args()
    for level in arguments.level:
        model = OnnxFeaturizer(resolve(level, build=True))
        crops = np.load(arguments.crops, mmap_mode="r")
        pictures = (picture for _, picture in pictures_in(*arguments.photographs))
        write_space(space_file(level), measured(model, crops, pictures))
        print(level, model.fingerprint, space_file(level), flush=True)


if __name__ == "__main__":
    main()
