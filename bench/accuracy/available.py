"""The sets of the report by name: read, or made once; one whose source is not there is named."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bench.accuracy.labelled_sets import SAMPLES, LabelledSet, read_clip, read_folder
from bench.sets.camera_bench import load_maker, make_camera_set
from bench.sets.flat import make_flat_set
from bench.sets.grounds import photograph_ground

NAMES = ("shop", "apc", "photo-grounds", "flat", "camera-bench", "clip")
# Photographs of real things that nobody drew.
REAL = ("shop", "apc")


class MissingSetError(Exception):
    """A set cannot be measured here; its text says what is missing."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The folders that sets come from, and the one in which sets are made, once."""

    photos: Path
    camera_bench: Path
    made: Path

    def open(self, name: str, seed: int) -> LabelledSet:
        """A set by its name; raises MissingSetError."""
        if name == "clip":
            return read_clip()
        if name in REAL:
            return read_folder(name, _folder(self.photos / name))
        place = self.made / f"{name}-{seed}"
        if not (place / "truth.csv").exists():
            self._make(name, place, seed)
        return read_folder(name, place)

    def _make(self, name: str, place: Path, seed: int) -> None:
        if name == "flat":
            maker = self._maker()
            make_flat_set(
                place, pictures=SAMPLES / "pictures", photographs=self._grounds(), maker=maker, seed=seed
            )
            return
        grounds = self._grounds() if name == "photo-grounds" else []
        maker = self._maker()
        make_camera_set(
            place,
            maker=maker,
            stamps=self._stamps(maker),
            seed=seed,
            ground=(lambda rng: photograph_ground(rng, grounds)) if grounds else None,
        )

    def _maker(self) -> ModuleType:
        path = self.camera_bench / "make.py"
        if not path.exists():
            raise MissingSetError(f"{path} is not there")
        return load_maker(path)

    def _stamps(self, maker: ModuleType) -> str:
        self.made.mkdir(parents=True, exist_ok=True)
        try:
            return str(maker.stamps(str(self.made)))
        except (OSError, subprocess.CalledProcessError) as error:
            raise MissingSetError(f"the camera bench's stamps could not be fetched: {error}") from None

    def _grounds(self) -> Sequence[Path]:
        """Photographs of products that nothing was learned from."""
        shop = read_folder("shop", _folder(self.photos / "shop"))
        return sorted({self.photos / "shop" / each.name for each in shop.showings if each.half == 1})


def _folder(path: Path) -> Path:
    if not (path / "truth.csv").exists():
        raise MissingSetError(f"{path} is not there")
    return path
