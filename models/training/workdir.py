"""Folders of the training's steps: each is complete or missing, with arrays as .npy files."""

import shutil
import time
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Let `make` fill a folder unless an earlier run did; the remains of an interrupted run are deleted."""
    if folder.is_dir():
        print(f"{folder.name}: is there already", flush=True)
        return folder
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    started_s = time.monotonic()
    make(partial)
    partial.rename(folder)
    print(f"{folder.name}: made in {time.monotonic() - started_s:.0f} s", flush=True)
    return folder


def workers(processes: int) -> Pool:
    """Return processes that share the work; new ones, as forks of a process that has used torch may hang."""
    return get_context("spawn").Pool(processes, initializer=cv2.setNumThreads, initargs=(1,))


def create_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return a new array in a file; writes to it are in the file once it is no longer in use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    array: NDArray[Any] = np.lib.format.open_memmap(path, "w+", dtype=np.dtype(dtype), shape=shape)
    return array


def read_arrays(folder: Path, *, writable: bool = False) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of a folder by name, mapped rather than read: some are larger than the memory."""
    mode: Literal["r+", "r"] = "r+" if writable else "r"
    return {path.stem: np.load(path, mmap_mode=mode) for path in sorted(folder.glob("*.npy"))}
