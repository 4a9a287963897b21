"""What a training left comes back as it was, from the fake, a folder and S3."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.adapters.folder_trained import FolderTrained
from services.adapters.s3_trained import S3Trained
from services.core.errors import InputError, UnavailableError
from services.core.search.distances import Distances
from services.core.search.gathering import gather
from services.core.search.trained import TrainedIndex, TrainedStore
from services.core.search.trained_file import decode_trained, encode_trained
from tests import aws
from tests.core.search.spaces import item, shipped
from tests.core.search.test_trained_follower import FakeTrainings
from tests.fakes import FakeItems, make_item
from tests.servers import free_port


def spaced(training: str = "t-1", items: int = 20) -> TrainedIndex:
    """A training with a space, standings, taught items and feedback."""
    store = FakeItems([item(number, taught=2 if number < 9 else 0) for number in range(items)])
    store.put(replace(item(3), title="Ünïcode 'n “quotes”", link=None, metadata={"colour": "rød"}, recipe=1))
    store.feedback(1, shown="thing-003", really="thing-004")
    found = gather(store, training=training, space_of=lambda _model: shipped()).trained
    found = replace(found, breadth=128, recall=0.991, rate=850.5)
    return replace(found, rows_answered=66, distances=Distances.SQUARED_L2, damaged={"bad": "it has no rows"})


def plain(training: str = "t-1") -> TrainedIndex:
    """A training of a model of which nothing is shipped."""
    return gather(FakeItems([make_item("a"), make_item("b")]), training=training).trained


@pytest.fixture(params=["fake", "folder", "s3"])
def trainings(request: pytest.FixtureRequest, tmp_path: Path) -> TrainedStore:
    if request.param == "fake":
        return FakeTrainings()
    if request.param == "folder":
        return FolderTrained(tmp_path / "index" / "shop")
    return S3Trained(request.getfixturevalue("s3"), request.getfixturevalue("bucket"), prefix="shop/index/")


def same(found: TrainedIndex | None, kept: TrainedIndex) -> bool:
    """Whether all fields are equal, arrays included."""
    assert found is not None
    np.testing.assert_array_equal(found.row_counts, kept.row_counts)
    np.testing.assert_array_equal(found.sketches, kept.sketches)
    for name in ("catalogue_mean", "taught_mean", "metric"):
        one, other = getattr(found.space, name), getattr(kept.space, name)
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one, other)
    assert (found.space.scale, found.space.taught_items) == (kept.space.scale, kept.space.taught_items)
    arrays = replace(found, row_counts=kept.row_counts, sketches=kept.sketches)
    return replace(arrays, space=kept.space) == kept


@pytest.mark.parametrize("kept", [spaced(), plain()])
def test_a_training_comes_back_as_it_was(trainings: TrainedStore, kept: TrainedIndex) -> None:
    assert (trainings.newest(), trainings.load()) == (None, None)
    trainings.save(kept)
    assert trainings.newest() == "t-1"
    assert same(trainings.load(), kept)
    assert same(trainings.load("t-1"), kept)


def test_the_last_that_was_saved_is_the_newest_and_earlier_ones_stay_until_removed(
    trainings: TrainedStore,
) -> None:
    for name in ("t-9", "t-10"):
        trainings.save(plain(name))
    assert trainings.newest() == "t-10"
    assert same(trainings.load("t-9"), plain("t-9"))
    trainings.remove("t-9")
    trainings.remove("never there")
    assert trainings.load("t-9") is None
    assert same(trainings.load(), plain("t-10"))


def test_a_training_of_another_version_is_refused_in_words(s3: Any, bucket: str) -> None:
    facts, numbers = encode_trained(plain())
    with pytest.raises(InputError, match="in form 99; expected 1: train again"):
        decode_trained(facts.replace(b'"version":1', b'"version":99'), numbers)
    s3.put_object(Bucket=bucket, Key="index/newest.json", Body=b'{"training": "t-1"}')
    s3.put_object(Bucket=bucket, Key="index/t-1.json", Body=facts[:50])
    s3.put_object(Bucket=bucket, Key="index/t-1.npz", Body=numbers)
    with pytest.raises(UnavailableError, match=r"index/: training t-1: .* can't be read .*: train again"):
        S3Trained(s3, bucket, prefix="index").load()


@pytest.mark.parametrize("damage", ["no json", "no numbers", "fewer items", "no items"])
def test_damaged_files_are_refused(damage: str) -> None:
    facts, numbers = encode_trained(spaced())
    if damage == "no json":
        facts = b"[" * 10
    elif damage == "no numbers":
        numbers = numbers[:200]
    elif damage == "fewer items":
        numbers = encode_trained(plain())[1]
    else:
        facts = facts.replace(b'"items"', b'"other"')
    with pytest.raises(InputError, match="train again"):
        decode_trained(facts, numbers)


def test_a_bucket_that_is_not_there_or_does_not_answer_is_unavailable(s3: Any) -> None:
    with pytest.raises(UnavailableError, match="s3://absent/index/: get_object: NoSuchBucket"):
        S3Trained(s3, "absent", prefix="index").load()
    nobody = S3Trained(aws.client("s3", f"http://127.0.0.1:{free_port()}"), "any", prefix="")
    with pytest.raises(UnavailableError, match="s3://any/: put_object: EndpointConnectionError"):
        nobody.save(plain())


def test_a_damaged_or_foreign_file_of_a_folder_is_named(tmp_path: Path) -> None:
    kept = FolderTrained(tmp_path)
    kept.save(plain("t-7"))
    (tmp_path / "t-7.json").write_bytes(b'{"version": 1, "training"')
    with pytest.raises(UnavailableError, match=f"trainings in {tmp_path}: training t-7: .* train again"):
        kept.load()
    (tmp_path / "newest").write_text("../t-7")
    assert kept.load() is None


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="Not a directory"):
        FolderTrained(tmp_path / "file" / "index").save(plain())
