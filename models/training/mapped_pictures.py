"""Pictures of one form in two files of a folder, mapped: processes share the memory."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import overload

import numpy as np

from models.training.paint import Picture


class MappedPictures(Sequence[Picture]):
    """The pictures that `write_pictures` left in a folder; without a folder there are none."""

    def __init__(self, folder: Path | None, *, channels: int) -> None:
        self._channels = channels
        self._sizes = np.load(folder / "sizes.npy") if folder else np.empty((0, 2), np.int64)
        self._ends = np.cumsum(self._sizes.prod(axis=1) * channels)
        self._pixels = np.memmap(folder / "pixels.bin", np.uint8, "r") if folder else np.empty(0, np.uint8)

    def __len__(self) -> int:
        return len(self._sizes)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> list[Picture]: ...
    def __getitem__(self, index: int | slice) -> Picture | list[Picture]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        height, width = (int(side) for side in self._sizes[index])
        end = int(self._ends[index])
        start = end - height * width * self._channels
        return self._pixels[start:end].reshape(height, width, self._channels)


def write_pictures(folder: Path, pictures: Iterable[Picture]) -> int:
    """Write pictures of one number of channels into a folder, as they come; gives how many there were."""
    sizes = []
    with (folder / "pixels.bin").open("wb") as file:
        for picture in pictures:
            sizes.append(picture.shape[:2])
            file.write(picture.tobytes())
    if sizes:
        np.save(folder / "sizes.npy", np.array(sizes))
    return len(sizes)
