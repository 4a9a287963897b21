"""A catalogue over fakes, whose pictures have one colour, and another in a corner."""

from dataclasses import replace

import numpy as np

from services.core.catalogue.items import Catalogue
from services.core.errors import InputError
from services.core.ports import Picture
from tests.fakes import FakeDescriber, FakeFeaturizer, FakeItems, FakePictures

WHITE = b"\xff\xff\xff"


def decode(content: bytes) -> tuple[Picture, str]:
    """A picture of one colour, from a file of its three bytes; white is white all over."""
    if len(content) != 3:
        raise InputError("not a picture that can be read")
    picture = np.full((16, 16, 3), list(content), np.uint8)
    if content != WHITE:
        picture[0, 0] = [255 if level < 128 else 0 for level in content]
    return picture, ".png"


def shots(picture: Picture) -> list[Picture]:
    """Views: the picture, and one without its red."""
    return [picture, picture * np.array([1, 1, 0], np.uint8)]


def make_catalogue(*, store: FakeItems | None = None) -> Catalogue:
    return Catalogue(store or FakeItems(), FakePictures(), FakeFeaturizer(), decode, shots, FakeDescriber())


def with_model(catalogue: Catalogue, fingerprint: str) -> tuple[Catalogue, FakeFeaturizer]:
    """The same catalogue after a change of LOOKALIKE_MODEL."""
    featurizer = FakeFeaturizer(fingerprint)
    return replace(catalogue, featurizer=featurizer), featurizer
