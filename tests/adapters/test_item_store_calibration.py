"""The contract of an item store, on every implementation: the newest fit of a search's calibration."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.sqlite_items import SqliteItems
from services.core.calibration_fit import FIT_VERSION, CalibrationFit
from services.core.ports import ItemStore
from tests.fakes import MODEL, OTHER_MODEL, make_item, vectors

FIT = CalibrationFit(
    MODEL, cursor=7, probes=180, fitted_at_s=1_000_000_000.123, sharpness=0.1 + 0.2, level=1 / 3, slope=0.73
)


def test_a_store_has_no_fit_at_first_and_takes_none_while_it_has_no_model(store: ItemStore) -> None:
    assert store.calibration() is None
    assert not store.set_calibration(FIT)
    assert store.calibration() is None


def test_a_fit_comes_back_as_it_was_kept_and_is_no_change(store: ItemStore) -> None:
    head = store.put(make_item("a"))
    assert store.set_calibration(FIT)
    assert (store.calibration(), store.head(), store.changes(after=head)) == (FIT, head, [])


def test_the_fit_of_the_latest_cursor_is_kept(store: ItemStore) -> None:
    store.put(make_item("a"))
    later = replace(FIT, cursor=9, sharpness=30.0)
    kept = [store.set_calibration(fit) for fit in (FIT, FIT, later, FIT, replace(later, level=0.0))]
    assert kept == [True, False, True, False, False]
    assert store.calibration() == later


def test_a_fit_of_another_way_of_fitting_is_replaced_whatever_its_cursor(store: ItemStore) -> None:
    store.put(make_item("a"))
    assert store.set_calibration(replace(FIT, cursor=100, version=FIT_VERSION - 1))
    assert store.set_calibration(FIT)
    assert store.calibration() == FIT


def test_a_fit_is_kept_only_of_the_catalogues_model(store: ItemStore) -> None:
    store.put(make_item("a"))
    other = replace(FIT, model=OTHER_MODEL, cursor=1)
    assert [store.set_calibration(other), store.set_calibration(FIT)] == [False, True]
    assert store.stage(make_item("a", vectors(dim=16), model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    assert [store.set_calibration(other), store.set_calibration(replace(FIT, cursor=50))] == [True, False]
    assert store.calibration() == other


def test_a_fit_outlasts_items_and_says_itself_whom_it_suits(store: ItemStore) -> None:
    store.put(make_item("a"))
    store.set_calibration(FIT)
    store.delete("a")
    assert store.calibration() == FIT
    assert FIT.suits(MODEL)
    assert not FIT.suits(OTHER_MODEL)
    assert not replace(FIT, version=FIT_VERSION + 1).suits(MODEL)


def test_sqlites_readers_see_what_its_writer_kept(tmp_path: Path) -> None:
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as writer:
        writer.put(make_item("a"))
        with closing(SqliteItems(tmp_path / "items.sqlite", writable=False)) as reader:
            assert reader.calibration() is None
            writer.set_calibration(FIT)
            assert reader.calibration() == FIT


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"model": "x"}', "no JSON"])
def test_what_is_no_fit_is_refused(text: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        CalibrationFit.from_json(text)
