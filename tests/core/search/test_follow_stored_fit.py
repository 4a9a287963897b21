"""The stored fit: a search begins with it, and keeps its own for the next."""

from dataclasses import replace

import pytest

from common.wire import Vectors, unit
from services.core.calibration_fit import FIT_VERSION, CalibrationFit
from services.core.domain import Item
from services.core.errors import UnavailableError
from services.core.records import Neighbour
from services.core.search.follow import Follower
from services.core.search.keep_calibration import keep_calibration
from services.core.search.verdict import Calibration
from tests.fakes import MODEL, OTHER_MODEL, FakeIndex, FakeItems, make_item, vectors

KEPT = CalibrationFit(MODEL, cursor=200, probes=400, fitted_at_s=1e9, sharpness=12.5, level=0.25, slope=1 / 3)


def items(count: int = 200) -> list[Item]:
    """Items with two probes each, near the item's vector."""
    made = []
    for number in range(count):
        item = make_item(f"item-{number:04}")
        made.append(replace(item, probes=unit(item.vectors + 0.5 * vectors(2, seed=number))))
    return made


class CountingIndex(FakeIndex):
    """An index that counts its searches; a fit makes some."""

    searches = 0

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        self.searches += 1
        return super().search(vectors, k=k)


def followed(store: FakeItems) -> tuple[Follower, CountingIndex]:
    made: list[CountingIndex] = []

    def make_index(_model: str, dim: int) -> CountingIndex:
        made.append(CountingIndex(dim=dim))
        return made[-1]

    following = Follower(store, make_index=make_index)
    following.follow()
    return following, made[-1]


def calibration(following: Follower) -> Calibration:
    assert following.view is not None
    return following.view.calibration


def test_a_kept_fit_is_used_at_once_and_no_other_is_made() -> None:
    store = FakeItems(items())
    store.set_calibration(KEPT)
    store.feedback(1, shown="item-0007", really="item-0007")
    following, index = followed(store)
    assert (calibration(following).sharpness, calibration(following).level) == (12.5, 0.25)
    assert set(calibration(following).leaning) == {"item-0007"}
    assert following.fit == KEPT
    assert not following.calibrate()
    assert index.searches == 0


@pytest.mark.parametrize("kept", [replace(KEPT, version=FIT_VERSION + 1), replace(KEPT, model=OTHER_MODEL)])
def test_a_fit_of_another_model_or_another_way_is_not_used(kept: CalibrationFit) -> None:
    plain, store = FakeItems(items()), FakeItems(items())
    store.set_model(kept.model)
    assert store.set_calibration(kept)
    store.set_model(MODEL)
    following, index = followed(store)
    assert index.searches > 0
    assert calibration(following) == calibration(followed(plain)[0])


def test_what_changed_since_the_kept_fit_counts_towards_the_next_one() -> None:
    store = FakeItems(items())
    store.set_calibration(KEPT)
    for item in items()[:2]:
        store.put(item)
    following, _ = followed(store)
    assert not following.calibrate()  # only two of two hundred changed
    store.put(items()[2])
    following.follow()
    assert following.calibrate()
    assert calibration(following) == calibration(followed(FakeItems(items()))[0])


def test_of_its_own_fit_it_says_when_and_from_how_many_probes() -> None:
    following, _ = followed(FakeItems(items(20)))
    fit = following.fit
    assert fit is not None
    assert (fit.model, fit.cursor, fit.probes) == (MODEL, 20, 40)
    assert Calibration.of(fit, leaning={}) == calibration(following)


def test_a_follower_of_nothing_has_no_fit() -> None:
    following = Follower(FakeItems(), make_index=lambda _model, dim: FakeIndex(dim=dim))
    following.follow()
    assert (following.fit, keep_calibration(FakeItems(), lambda: following.fit)) == (None, False)


def test_what_one_process_fitted_the_next_one_begins_with() -> None:
    store = FakeItems(items(20))
    first, _ = followed(store)
    assert keep_calibration(store, lambda: first.fit)
    second, index = followed(store)
    assert (second.fit, calibration(second), index.searches) == (first.fit, calibration(first), 0)


def test_it_is_kept_once_and_again_when_there_is_a_later_one() -> None:
    store = FakeItems(items(20))
    following, _ = followed(store)
    assert keep_calibration(store, lambda: following.fit)
    store.down = {"set_calibration"}
    assert not keep_calibration(store, lambda: following.fit)
    store.put(make_item("new"))
    following.follow()
    following.calibrate()
    with pytest.raises(UnavailableError):
        keep_calibration(store, lambda: following.fit)
    store.down = set()
    assert keep_calibration(store, lambda: following.fit)
    assert store.calibration() == following.fit


def test_a_change_of_model_has_a_fit_of_its_own() -> None:
    store = FakeItems(items(20))
    following, _ = followed(store)
    keep_calibration(store, lambda: following.fit)
    for item in items(20):
        assert store.stage(replace(item, model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    following.follow()
    assert following.fit is not None
    assert following.fit.model == OTHER_MODEL
    assert keep_calibration(store, lambda: following.fit)
