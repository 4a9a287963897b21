"""Which pictures show nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from services.core.catalogue.visible import check_visible
from services.core.errors import InputError
from services.core.ports import Picture


def kept_as(kind: str, colour: str, dot: tuple[int, int, int] | None = None) -> Picture:
    """A picture of one colour, with a dot if one is given, as its file gives it back."""
    picture = Image.new("RGB", (200, 200), colour)
    if dot:
        picture.paste(dot, (80, 80, 120, 120))
    file = io.BytesIO()
    picture.save(file, kind)
    return np.asarray(Image.open(file).convert("RGB"))[:, :, ::-1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_one_colour_is_refused_whatever_its_file_makes_of_it(kind: str) -> None:
    with pytest.raises(InputError, match="nothing to see"):
        check_visible(kept_as(kind, "#7821c8"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_is_faint_is_still_there(kind: str) -> None:
    check_visible(kept_as(kind, "#f0f0f0", dot=(220, 224, 226)))
