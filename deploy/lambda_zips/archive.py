"""The zip of a function, within the limits of AWS Lambda."""

from __future__ import annotations

from pathlib import Path

from deploy.lambda_zips.errors import ZipError
from deploy.zip_file import MIB, Sizes, write_zip

# Limits of Lambda: of a function unpacked, and of a zip that is not uploaded through S3.
MOST_UNPACKED, MOST_DIRECT = 250 * MIB, 50 * MIB


def write_function(folder: Path, path: Path) -> Sizes:
    """Zip the files of a folder; ZipError if Lambda would refuse them."""
    unpacked = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    if unpacked > MOST_UNPACKED:
        raise ZipError(f"{path.name}: {unpacked / MIB:.0f} MiB unpacked; Lambda takes {MOST_UNPACKED // MIB}")
    return write_zip(folder, path)
