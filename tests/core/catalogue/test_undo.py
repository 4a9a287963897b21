"""Past changes that can be undone, and for how long."""

import pytest

from services.core.catalogue.undo import KEPT_S, MAX_BYTES, MAX_CHANGES, Past, Undo
from services.core.errors import MissingError
from services.core.revision import NO_ITEM
from tests.fakes import FakeClock, make_item, vectors


def test_a_change_is_found_by_its_token_until_it_is_forgotten() -> None:
    undo = Undo()
    first, second = Past("mug", None, make_item().revision), Past("mug", make_item(), NO_ITEM)
    tokens = [undo.remember(first), undo.remember(second)]
    assert [undo.find(token) for token in tokens] == [first, second]
    undo.forget(tokens[0])
    with pytest.raises(MissingError, match="can be undone once"):
        undo.find(tokens[0])
    assert undo.find(tokens[1]) is second


@pytest.mark.parametrize("token", ["", "x" * 5000, "\ud800", "0" * 32])
def test_an_unknown_token_is_refused_with_what_is_kept(token: str) -> None:
    with pytest.raises(MissingError, match=r"within 1 hour.*last 1000.*until the api restarts") as refusal:
        Undo().find(token)
    assert len(str(refusal.value)) < 300


def test_a_change_is_kept_for_an_hour() -> None:
    clock = FakeClock()
    undo = Undo(clock=clock)
    token = undo.remember(Past("mug", make_item(), NO_ITEM))
    clock.now_s += KEPT_S
    assert undo.find(token)
    clock.now_s += 1
    with pytest.raises(MissingError):
        undo.find(token)


def test_only_the_last_changes_are_kept() -> None:
    undo = Undo()
    tokens = [undo.remember(Past(str(number), None, NO_ITEM)) for number in range(MAX_CHANGES + 5)]
    with pytest.raises(MissingError):
        undo.find(tokens[4])
    assert undo.find(tokens[5]).item_id == "5"
    assert undo.find(tokens[-1]).item_id == str(MAX_CHANGES + 4)


def test_large_items_are_forgotten_earlier_so_that_memory_is_bounded() -> None:
    undo = Undo()
    large = make_item("large", vectors(1000, dim=1024))
    fits = MAX_BYTES // large.vectors.nbytes
    tokens = [undo.remember(Past("large", large, NO_ITEM)) for _ in range(fits)]
    undo.forget(tokens[0])  # makes room
    tokens.append(undo.remember(Past("large", large, NO_ITEM)))
    assert undo.find(tokens[1])
    undo.remember(Past("large", large, NO_ITEM))
    with pytest.raises(MissingError):
        undo.find(tokens[1])
    assert undo.find(tokens[2])
