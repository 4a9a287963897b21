"""Loading and removing of samples: only what is missing is added, and what somebody changed stays."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from common.wire import Vectors
from services.core.domain import Item, ItemFacts
from services.core.errors import ConflictError, UnavailableError
from services.core.importing.sample_task import SampleTask
from services.core.importing.samples import SampleCounts, Samples
from services.core.ports import Picture
from tests.core.importing.test_item_maker import job, maker
from tests.fakes import FakeFeaturizer, FakeItems, FakePictures
from tests.servers import until

CONTENTS = {"mug": b"\x01\x02\x03", "bowl": b"\x04\x05\x06", "ball": b"\x07\x08\x09"}


class SamplesRig:
    """Three samples over fakes, and an item of a person's own."""

    def __init__(self, featurizer: FakeFeaturizer | None = None) -> None:
        self.store, self.pictures = FakeItems(), FakePictures()
        jobs = [job(name, content) for name, content in CONTENTS.items()]
        self.samples = Samples(
            jobs, self.store, self.pictures, maker(featurizer=featurizer or FakeFeaturizer())
        )

    def item(self, item_id: str) -> Item:
        (found,) = self.store.get_many([item_id])
        assert found is not None
        return found


@pytest.fixture
def rig() -> SamplesRig:
    return SamplesRig()


def test_all_that_are_missing_are_loaded_and_are_found_as_they_came(rig: SamplesRig) -> None:
    assert rig.samples.counts() == SampleCounts(total=3, present=0, changed=0, own=0)
    assert rig.samples.load() == []
    assert rig.samples.counts() == SampleCounts(total=3, present=3, changed=0, own=0)
    assert rig.pictures.get(rig.item("mug").picture) == CONTENTS["mug"]
    head = rig.store.head()
    rig.samples.load()
    assert rig.store.head() == head  # nothing was written again


def test_an_item_that_somebody_changed_is_neither_replaced_nor_removed(rig: SamplesRig) -> None:
    rig.samples.load()
    renamed = replace(rig.item("mug"), title="Anna's mug")
    rig.store.put(renamed)
    rig.store.put(replace(rig.item("ball"), id="own"))
    assert rig.samples.counts() == SampleCounts(total=3, present=3, changed=1, own=1)
    rig.samples.remove()
    assert rig.samples.counts() == SampleCounts(total=3, present=1, changed=1, own=1)
    rig.samples.load()
    assert rig.item("mug").title == "Anna's mug"
    assert rig.samples.counts().present == 3


def test_a_sample_with_a_further_picture_is_a_changed_one(rig: SamplesRig) -> None:
    rig.samples.load()
    rig.store.put(replace(rig.item("bowl"), more_pictures=(rig.item("mug").picture,)))
    rig.samples.remove()
    assert [item.id for item in rig.store.page()] == ["bowl"]


def test_loading_that_is_stopped_goes_on_where_it_stopped(rig: SamplesRig) -> None:
    steps: list[int] = []
    rig.samples.load(on_step=lambda: steps.append(1), stopping=lambda: bool(rig.store.count()))
    rig.samples.load()
    assert rig.samples.counts().present == 3
    assert steps


@pytest.mark.parametrize("doing", ["loading", "removing"])
def test_a_sample_that_comes_or_goes_while_they_are_counted_is_nobodys_own(doing: str) -> None:
    rig = SamplesRig()

    class Busy(FakeItems):
        def facts(self, item_ids: Sequence[str]) -> list[ItemFacts | None]:
            found = super().facts(item_ids)
            rig.samples.load() if doing == "loading" else rig.samples.remove()
            return found

    if doing == "removing":
        rig.samples.load()
    busy = Busy()
    busy.__dict__ = rig.store.__dict__  # the same items
    jobs = [job(name, content) for name, content in CONTENTS.items()]
    assert Samples(jobs, busy, rig.pictures, maker()).counts().own == 0


class HeldFeaturizer(FakeFeaturizer):
    """A featurizer that waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def embed(self, pictures: Sequence[Picture]) -> Vectors:
        assert self.may.wait(30)
        return super().embed(pictures)


def test_one_task_at_a_time_says_what_it_does_and_when_it_has_ended() -> None:
    held, ends = HeldFeaturizer(), list[str]()
    rig = SamplesRig(held)
    task = SampleTask(rig.samples, head=rig.store.head, on_end=lambda: ends.append("ended"))
    task.start("loading")
    task.start("loading")  # the same again is no fault
    state = task.state()
    assert (state.doing, state.counts.present) == ("loading", 0)
    with pytest.raises(ConflictError, match="being loaded"):
        task.start("removing")
    held.may.set()
    until(lambda: task.state().doing is None)
    state = task.state()
    assert (state.counts.present, state.trouble, state.change) == (3, None, rig.store.head())
    task.start("removing")
    until(lambda: task.state().counts.present == 0)
    until(lambda: len(ends) == 2)


def test_what_went_wrong_is_told_until_the_next_try_and_the_end_is_not_marked() -> None:
    ends: list[str] = []

    class FullFeaturizer(FakeFeaturizer):
        full = True

        def embed(self, pictures: Sequence[Picture]) -> Vectors:
            if self.full:
                raise UnavailableError("item store: no space is left")
            return super().embed(pictures)

    featurizer = FullFeaturizer()
    rig = SamplesRig(featurizer)
    task = SampleTask(rig.samples, head=rig.store.head, on_end=lambda: ends.append("ended"))
    task.start("loading")
    until(lambda: task.state().trouble == "item store: no space is left")
    assert not ends
    featurizer.full = False
    task.start("loading")
    until(lambda: task.state().counts.present == 3)
    until(lambda: len(ends) == 1)
    assert task.state().trouble is None


def test_a_stopped_task_ends_soon_and_is_not_marked_as_done() -> None:
    held, ends = HeldFeaturizer(), list[str]()
    rig = SamplesRig(held)
    task = SampleTask(rig.samples, head=rig.store.head, on_end=lambda: ends.append("ended"))
    task.start("loading")
    threading.Timer(0, held.may.set).start()
    task.stop()
    until(lambda: task.state().doing is None)
    assert not ends or rig.samples.counts().present == 3


def test_without_samples_there_is_nothing_to_load() -> None:
    store = FakeItems()
    task = SampleTask(Samples([], store, FakePictures(), maker(featurizer=FakeFeaturizer())), head=store.head)
    assert task.state().counts.total == 0
    with pytest.raises(ConflictError, match="no samples"):
        task.start("loading")
