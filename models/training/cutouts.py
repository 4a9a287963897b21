"""Gathers things without a background: the drawings in Debian's package openclipart-png."""

import hashlib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from models.errors import ModelError
from models.training.mapped_pictures import MappedPictures, write_pictures
from models.training.paint import Picture
from models.training.workdir import workers

_PACKAGE = "openclipart-png"
PNGS = Path("usr/share/openclipart/png")  # in the package
_SIDE_PX = 256  # of the longer side
# Folders with many similar drawings, of which only a part is taken.
_STARS = "shapes/stars"
_CROWDED = ("gradients", "patterns", "flat-theme/action", "buttons", "lemon-theme")
_THIN = 6  # times as long as wide


class Cutouts(MappedPictures):
    """The cut-outs that `make_cutouts` left in a folder, BGRA."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, channels=4)

    @property
    def trained(self) -> list[int]:
        """Indices of the cut-outs to train with."""
        return [index for index in range(len(self)) if index % 10]

    @property
    def held_out(self) -> list[int]:
        """Indices of the cut-outs that training never shows: every tenth."""
        return list(range(0, len(self), 10))


def fetch(folder: Path) -> None:
    """Download and unpack Debian's package into a folder; its pictures are below PNGS there."""
    try:
        subprocess.run(["apt-get", "download", _PACKAGE], cwd=folder, check=True)
        (package,) = folder.glob(f"{_PACKAGE}_*.deb")
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise ModelError(
            f"cannot fetch {_PACKAGE} ({error}); expected Debian's apt-get and dpkg, or --cutouts FOLDER"
        ) from error
    package.unlink()


def make_cutouts(folder: Path, pngs: Path, things: Path | None, *, processes: int) -> None:
    """Choose among the PNGs below `pngs`, crop and scale them, and write them into a folder.

    All of those below `things` that can be used follow.
    """
    with workers(processes) as pool:
        chosen = [*_chosen(pngs), *(sorted(things.rglob("*.png")) if things else ())]
        count = write_pictures(folder, _different(pool.imap(_read, chosen, chunksize=16)))
    if count < 20:
        raise ModelError(f"{pngs} has {count} usable PNGs; expected 20 or more drawings with alpha")
    print(f"{count} cut-outs", flush=True)


def _different(cutouts: Iterable[Picture | None]) -> Iterator[Picture]:
    """The cut-outs that could be read, of those that look the same the first."""
    seen = set()
    for cutout in cutouts:
        if cutout is not None and (look := _look(cutout)) not in seen:
            seen.add(look)
            yield cutout


def _chosen(pngs: Path) -> list[Path]:
    rng = np.random.default_rng(7)
    chosen = []
    # Sorted as text, not as paths: the order decides which thing is which.
    for name in sorted(path.relative_to(pngs).as_posix() for path in pngs.rglob("*.png")):
        if _STARS in name and rng.random() < 0.97:
            continue
        if any(part in name for part in _CROWDED) and rng.random() < 0.7:
            continue
        chosen.append(pngs / name)
    return chosen


def _read(path: Path) -> Picture | None:
    """Read a drawing and crop it to its content; None for one without alpha, too small, thin or empty."""
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if read is None or read.ndim != 3 or read.shape[2] != 4:
        return None
    drawing = np.asarray(read if read.dtype == np.uint8 else read / 257).astype(np.uint8)
    ys, xs = np.nonzero(drawing[..., 3] > 20)
    if len(ys) < 1500:
        return None
    drawing = drawing[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height, width = drawing.shape[:2]
    if max(height, width) > _THIN * min(height, width) or (drawing[..., 3] > 60).mean() < 0.15:
        return None
    return _scaled(drawing, _SIDE_PX / max(height, width))


def _scaled(drawing: Picture, scale: float) -> Picture:
    """Resize with the colours weighted by alpha: those of transparent pixels are arbitrary."""
    alpha = drawing[..., 3:].astype(np.float32) / 255
    weighted = np.concatenate([drawing[..., :3] * alpha, alpha * 255], 2)
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = np.clip(cv2.resize(weighted, None, fx=scale, fy=scale, interpolation=smooth), 0, 255)
    alpha = resized[..., 3:] / 255
    colours = np.where(alpha > 0.02, resized[..., :3] / np.maximum(alpha, 0.02), 0)
    return np.concatenate([np.clip(colours, 0, 255), resized[..., 3:]], 2).astype(np.uint8)


def _look(cutout: Picture) -> str:
    """A key that nearly equal drawings share, such as one in two sizes."""
    small = np.asarray(cv2.resize(cutout, (12, 12), interpolation=cv2.INTER_AREA))
    return hashlib.md5((small // 24).tobytes(), usedforsecurity=False).hexdigest()
