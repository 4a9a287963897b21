"""A shop that is deployed within seconds: one item, and zips that nobody calls."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy.aws.choices import SAMPLES, Choices

# The smallest zip.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def small_shop(folder: Path, *, name: str) -> Choices:
    """The choices of its deployment, whose files are in an empty folder."""
    for function in ("search", "api"):
        (folder / f"{function}-arm64-py312.zip").write_bytes(EMPTY_ZIP + function.encode())
    picture = next(SAMPLES.parent.glob("pictures/*"))
    shutil.copy(picture, folder / picture.name)
    catalogue = folder / "shop.csv"
    catalogue.write_text(f"id,title,image\nmug,A mug,{picture.name}\n")
    return Choices(name=name, catalogue=str(catalogue), zips=folder)
