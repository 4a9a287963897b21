"""The sets that the accuracy bench makes, and the reading of labelled folders."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.accuracy.answers import ShownAnswer
from bench.accuracy.available import MissingSetError, Sources
from bench.accuracy.dump import write_dump
from bench.accuracy.labelled_sets import read_folder
from bench.sets.flat import make_flat_set
from bench.sets.folder import SetFolder, sides_of
from services.core.records import Verdict

GREY = np.full((90, 160, 3), 128, np.uint8)


def test_sides_are_those_of_what_can_be_seen() -> None:
    alpha = np.zeros((10, 20), np.uint8)
    alpha[2:5, 4:10] = 255
    assert sides_of(alpha) == (0.2, 0.2, 0.5, 0.5)


def test_a_written_set_is_read_with_its_truth(tmp_path: Path) -> None:
    folder = SetFolder(tmp_path)
    folder.add_item("a", "A", GREY)
    sides = (0.1, 0.2, 0.3, 0.4)
    folder.add_frame("a-0", GREY, shows="a", difficulty="easy", sides=sides, quality=80)
    folder.add_frame("b-0", GREY, shows="", difficulty="hard", sides=sides, quality=80)
    folder.close()
    labelled = read_folder("made", tmp_path)
    assert [(each.id, each.group, each.half) for each in labelled.showings] == [
        ("a", "easy", 0),
        ("", "hard", 1),
    ]
    assert labelled.showings[0].sides == sides
    assert labelled.showings[0].read().shape == GREY.shape


def test_a_thing_has_one_half_by_the_products_that_can_be_learned_from(tmp_path: Path) -> None:
    for product in ("Apple", "Milk"):
        (tmp_path / "train" / product).mkdir(parents=True)
    rows = [("frames/Apple_001.jpg", "Apple"), ("frames/Milk_002.jpg", ""), ("frames/Zoo_003.jpg", "")]
    with (tmp_path / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("frame", "id", "difficulty"), *((*row, "package") for row in rows)])
    assert [each.half for each in read_folder("shop", tmp_path).showings] == [0, 1, 1]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    sources = Sources(tmp_path / "photos", tmp_path / "camera-bench", tmp_path / "made")
    for name in ("apc", "flat", "camera-bench"):
        with pytest.raises(MissingSetError, match="is not there"):
            sources.open(name, 0)


def test_flat_things_lie_inside_their_frames_and_come_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    picture = np.full((60, 60, 3), 255, np.uint8)
    cv2.circle(picture, (30, 30), 20, (0, 0, 200), -1)
    cv2.imwrite(str(tmp_path / "art" / "a.png"), picture)
    cv2.imwrite(str(tmp_path / "ground.jpg"), GREY)
    for name in ("one", "two"):
        photographs = [tmp_path / "ground.jpg"]
        make_flat_set(
            tmp_path / name,
            pictures=tmp_path / "art",
            photographs=photographs,
            maker=None,
            seed=3,
            items=5,
        )
    frames = [(tmp_path / name / "frames" / "flat00-0.jpg").read_bytes() for name in ("one", "two")]
    assert frames[0] == frames[1]
    labelled = read_folder("flat", tmp_path / "one")
    assert [each.id for each in labelled.showings][-2:] == ["", ""]
    for each in labelled.showings:
        assert each.sides is not None
        left, top, right, bottom = each.sides
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert (right - left) * (bottom - top) > 0.02


def test_a_dump_has_the_first_ten_by_score_and_marks_what_is_lacking(tmp_path: Path) -> None:
    nearest = [(f"i{n}", 1 - n / 20, n) for n in range(12)]
    told = ShownAnswer("shop", "f", "package", 1, "i0", ["i0"], Verdict.MATCH, 0.9, nearest=nearest)
    few = ShownAnswer("shop", "g", "package", 0, "", [], Verdict.NO_MATCH, 0.0, nearest=[("i3", 0.2, -1)])
    write_dump(tmp_path / "dump.npz", [told, few])
    with np.load(tmp_path / "dump.npz") as dump:
        assert dump["scores"].shape == dump["inliers"].shape == dump["ids"].shape == (2, 10)
        assert dump["inliers"][0].tolist() == list(range(10))
        assert dump["ids"][1, :2].tolist() == ["i3", ""]
        assert np.isnan(dump["scores"][1, 1])
        assert dump["inliers"][1].tolist() == [-1] * 10
        assert (dump["truth"].tolist(), dump["fold"].tolist()) == (["i0", ""], [1, 0])
