"""Pictures that each version of the recipe makes of a fixed one, compared with tests/adapters/recipes.json.

`python -m tests.adapters.test_recipe` records those of the present version, after RECIPE was raised.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from services.adapters.pillow_pictures import decode
from services.adapters.pillow_views import views
from services.core.catalogue.views import RECIPE
from services.core.ports import Picture

KNOWN = Path(__file__).with_name("recipes.json")
CELLS = (6, 8)
# Levels of 255. Another version of a library may round a pixel differently, which hardly moves a mean.
ROUNDING = {"means": 0.5, "grain": 0.03}
RAISE = "raise RECIPE in services/core/catalogue/views.py, then write recipes.json again"


def fixed_picture() -> bytes:
    """A striped disc on a plain ground, drawn without a library, as a PNG large enough to be shrunk."""
    y, x = np.mgrid[0:480, 0:700]
    disc = (y - 230) ** 2 + ((x - 360) * 3 // 4) ** 2 < 150**2
    picture = np.full((480, 700, 3), (200, 215, 225), np.uint8)
    stripes = np.stack([(3 * x + y) % 251, (x // 4 % 2) * 180 + 20, (5 * y) % 241], axis=2)
    picture[disc] = stripes[disc]
    file = io.BytesIO()
    Image.fromarray(picture.repeat(5, axis=0).repeat(5, axis=1)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def summary(picture: Picture) -> dict[str, Any]:
    """A coarse summary of a picture: its shape, each cell's mean colour, and how much neighbours differ."""
    height, width, _ = picture.shape
    rows = np.array_split(np.arange(height), CELLS[0])
    columns = np.array_split(np.arange(width), CELLS[1])
    means = [picture[np.ix_(row, column)].mean(axis=(0, 1)) for row in rows for column in columns]
    grain = np.abs(np.diff(picture.astype(np.int16), axis=1)).mean()
    return {
        "shape": list(picture.shape),
        "means": [round(float(value), 2) for mean in means for value in mean],
        "grain": round(float(grain), 3),
    }


def made() -> list[dict[str, Any]]:
    return list(map(summary, views(decode(fixed_picture())[0])))


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[str]:
    """Differences between two summaries of a recipe's pictures, beyond rounding."""
    found = []
    if len(one) != len(other):
        return [f"{len(one)} and {len(other)} views"]
    for number, (left, right) in enumerate(zip(one, other, strict=True)):
        if left["shape"] != right["shape"]:
            found.append(f"view {number}: {left['shape']} and {right['shape']}")
            continue
        for part, rounding in ROUNDING.items():
            apart = float(np.abs(np.subtract(left[part], right[part])).max())
            if apart > rounding:
                found.append(f"view {number}: {part} {apart:.2f} levels apart")
    return found


def test_the_recipe_makes_what_its_version_made() -> None:
    known = json.loads(KNOWN.read_text())
    assert str(RECIPE) in known, RAISE
    assert differences(made(), known[str(RECIPE)]) == [], RAISE


def test_no_version_is_left_out_and_each_makes_something_else() -> None:
    known = json.loads(KNOWN.read_text())
    assert list(known) == [str(version) for version in range(1, RECIPE + 1)]
    for version in range(1, RECIPE):
        assert differences(known[str(version)], known[str(version + 1)]), version


if __name__ == "__main__":
    earlier = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
    lines = [f'"{version}": {json.dumps(each)}' for version, each in {**earlier, str(RECIPE): made()}.items()]
    KNOWN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
