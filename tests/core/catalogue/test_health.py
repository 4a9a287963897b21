"""The check of the catalogue's health: which items it names, and why."""

from dataclasses import replace

import cv2
import numpy as np

from common.wire import Vectors, unit
from services.core.catalogue.health.check import HealthCheck, Seen
from services.core.catalogue.health.looks import BLURRED_FROM, Looks, blur_of, looks_of
from services.core.catalogue.health.problem import Kind, Report
from services.core.domain import EQUAL_FROM, Item
from services.core.errors import InputError
from services.core.history.corrections import corrections
from services.core.history.showing import Said, SaidOf, showing_of
from services.core.ports import Picture
from tests.fake_history import FakeHistory, record
from tests.fake_stores import FakePictures
from tests.fakes import FakeItems, make_item, vectors

# Squares of 10 pixels.
SHARP = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8).repeat(10, 0).repeat(10, 1)


def alike(vector: Vectors, cosine: float, seed: int) -> Vectors:
    """A vector, float32 [1, dim], at this cosine to one of that form."""
    aside = vectors(seed=seed)
    aside = unit(aside - (aside @ vector.T) * vector)
    return unit(cosine * vector + np.sqrt(1 - cosine**2) * aside)


class Rig:
    """A catalogue whose pictures are told by their content's first byte."""

    def __init__(self, *items: Item) -> None:
        self.items, self.pictures, self.history = FakeItems(items), FakePictures(), FakeHistory()
        self.seen = Seen(self.history.shown, lambda: corrections(self.history))
        self.known: dict[str, Looks | None] = {}
        self.decoded: list[bytes] = []
        self.looks = {b"sharp": SHARP, b"tiny": SHARP[:100]}
        for item in items:
            for key in item.pictures:
                self.pictures.contents[key] = b"sharp"

    def report(self) -> Report:
        return HealthCheck(self.items, self.pictures, self._decode, self.seen, self.known).run()

    def found(self, kind: Kind) -> list[tuple[str, ...]]:
        return [each.items for each in self.report().of(kind)]

    def _decode(self, content: bytes) -> tuple[Picture, str]:
        self.decoded.append(content)
        if content not in self.looks:
            raise InputError("not a picture")
        return self.looks[content], ".jpg"


def test_items_with_one_picture_file_are_one_problem_and_look_alikes_are_pairs() -> None:
    one, other = make_item("mug-1"), make_item("mug-2")
    bowl = make_item("bowl")
    near = replace(make_item("near"), vectors=alike(bowl.vectors, EQUAL_FROM + 0.01, 77))
    far = replace(make_item("far"), vectors=alike(bowl.vectors, EQUAL_FROM - 0.01, 78))
    rig = Rig(one, replace(other, picture=one.picture, vectors=one.vectors), bowl, near, far)
    assert rig.found(Kind.SAME_PICTURE) == [("mug-1", "mug-2")]
    assert rig.found(Kind.TOO_NEAR) == [("bowl", "near")]
    (problem,) = rig.report().of(Kind.TOO_NEAR)
    assert problem.detail == "their pictures are alike to 98%"


def test_pictures_of_cameras_are_not_compared() -> None:
    one, other = make_item("mug-1"), make_item("mug-2")
    key = f"{5:064x}.jpg"
    views = [np.vstack([item.vectors, vectors(seed=5)]) for item in (one, other)]
    both = [
        replace(item, more_pictures=(key,), taught=(key,), vectors=rows, recipe=2)
        for item, rows in zip((one, other), views, strict=True)
    ]
    rig = Rig(*both)
    assert rig.found(Kind.TOO_NEAR) == rig.found(Kind.SAME_PICTURE) == rig.found(Kind.ONE_PICTURE) == []


def test_an_item_that_people_put_right_is_named_and_so_is_what_it_was_taken_for() -> None:
    rig = Rig(replace(make_item("mug"), wrong=3, right=2), replace(make_item("bowl"), wrong=3, right=3))
    assert rig.found(Kind.OFTEN_CORRECTED) == []
    rig.items.feedback(1, shown="mug", really="bowl")
    for number in (2, 3):
        rig.items.feedback(number, shown="mug", really=None)
    assert rig.found(Kind.OFTEN_CORRECTED) == [("mug",)]
    shown = [showing_of(record(number, number, "mug", "match")) for number in (1, 2, 3)]
    rig.history.write(shown, [])
    rig.history.say({1: Said(SaidOf.WRONG, reviewed_item="bowl"), 2: Said(SaidOf.WRONG)})
    rig.history.say({3: Said(SaidOf.WRONG, reviewed_item="gone")})
    (problem,) = rig.report().of(Kind.CONFUSED)
    assert (problem.items, problem.detail) == (("bowl", "mug"), "taken for each other once, as people said")


def test_items_that_no_camera_showed_are_named_once_there_is_a_history() -> None:
    rig = Rig(make_item("mug"), make_item("bowl"))
    assert rig.found(Kind.NEVER_MATCHED) == []
    rig.history.write([showing_of(record(1, 1, "mug", "match"))], [])
    assert rig.found(Kind.NEVER_MATCHED) == [("bowl",)]


def test_tiny_and_blurred_pictures_are_named_with_their_place_and_read_once() -> None:
    item = make_item("mug", more_pictures=(f"{5:064x}.jpg", f"{6:064x}.jpg", f"{7:064x}.jpg"))
    rig = Rig(item)
    rig.looks[b"blurred"] = cv2.GaussianBlur(SHARP, (0, 0), 4)
    for key, content in zip(item.more_pictures, (b"tiny", b"blurred", b"damaged"), strict=True):
        rig.pictures.contents[key] = content
    report = rig.report()
    assert [(each.kind, each.place) for each in report.problems] == [(Kind.BLURRED, 2), (Kind.TINY, 1)]
    assert report.unread == 1
    assert report.of(Kind.TINY)[0].detail == "the shorter side of picture 2 has 100 pixels"
    assert rig.report().problems == report.problems
    assert len(rig.decoded) == 4
    rig.items.delete("mug")
    assert (rig.report().items, rig.known) == (0, {})


def test_damaged_items_are_counted_and_left_out() -> None:
    rig = Rig(make_item("mug"), replace(make_item("torn"), damage="it has no vectors"))
    report = rig.report()
    assert report.items == 2
    assert {name for each in report.problems for name in each.items} == {"mug"}


def test_blur_rises_with_blurring_and_does_not_depend_on_brightness_or_size() -> None:
    grey = SHARP.mean(2, dtype=np.float32)
    measured = [blur_of(cv2.GaussianBlur(grey, (0, 0), sigma)) for sigma in (0.5, 1, 2, 4)]
    assert measured == sorted(measured)
    assert measured[0] < BLURRED_FROM < measured[-1]
    assert abs(blur_of(grey / 4) - blur_of(grey)) < 0.001
    assert blur_of(np.zeros((5, 5), np.float32)) == blur_of(np.ones((1, 1), np.float32)) == 0
    large = np.asarray(cv2.resize(SHARP, (1999, 1501), interpolation=cv2.INTER_NEAREST), np.uint8)
    assert looks_of(large).shorter_px == 1501
    assert looks_of(large).blur < BLURRED_FROM
