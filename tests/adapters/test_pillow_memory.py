"""The memory of decoding the most costly pictures that are accepted, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.adapters.picture_files import saved
from tests.bombs import flat_png

# Of one decoding, above what the process had; docs/security.md names it.
MOST_MB = 300
MEASURE = """
import json, sys
from pathlib import Path
from services.adapters.pillow_pictures import decode
from services.core.errors import InputError

def peak_mb():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024

before_mb, taken = peak_mb(), []
for path in sys.argv[1:]:
    content = Path(path).read_bytes()
    try:
        decode(content)
        taken.append(True)
    except InputError:
        taken.append(False)
print(json.dumps([peak_mb() - before_mb, taken]))
"""


def measured(folder: Path, contents: list[bytes]) -> tuple[int, list[bool]]:
    """The growth of the peak in MB while these were decoded, and whether each was taken."""
    paths = [folder / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)], check=True, capture_output=True, timeout=120
    )
    grown_mb, taken = json.loads(done.stdout)
    return grown_mb, taken


def test_the_most_costly_pictures_that_are_taken_need_at_most_300_mb(tmp_path: Path) -> None:
    grown_mb, taken = measured(
        tmp_path,
        [
            saved(Image.new("RGBA", (4000, 4000), (1, 2, 3, 4)), "WEBP", lossless=True, method=0, quality=0),
            flat_png(8000, 5000, colours=6),
            saved(Image.new("RGB", (8000, 8000)), "JPEG", progressive=True),
        ],
    )
    assert taken == [True] * 3
    assert 100 < grown_mb <= MOST_MB


def test_a_picture_that_is_too_large_needs_nothing(tmp_path: Path) -> None:
    grown_mb, taken = measured(tmp_path, [flat_png(8000, 8000, bits=16, colours=0)])
    assert (taken, grown_mb < 10) == ([False], True)
