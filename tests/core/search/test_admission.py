"""Admission of observations by the search."""

import pytest

from common.wire import WireError
from services.core.search.admission import MAX_AHEAD_S, ClockError, admit
from services.core.search.view import View
from tests.fakes import DIM, MODEL, OTHER_MODEL, FakeIndex, make_observation, vectors

NOW_S = 1_000_000_000.0
MAX_AGE_S = 5.0
VIEW = View(MODEL, DIM, FakeIndex())


@pytest.mark.parametrize("age_s", [0.0, MAX_AGE_S - 0.01, -MAX_AHEAD_S + 0.01])
def test_a_fresh_observation_of_the_catalogues_model_is_admitted(age_s: float) -> None:
    admit(make_observation(at_s=NOW_S - age_s), VIEW, max_age_s=MAX_AGE_S, now_s=NOW_S)


def test_vectors_of_another_model_are_refused_by_name() -> None:
    with pytest.raises(WireError, match=f"model {OTHER_MODEL}; expected {MODEL}") as caught:
        admit(make_observation(at_s=NOW_S, model=OTHER_MODEL), VIEW, max_age_s=MAX_AGE_S, now_s=NOW_S)
    assert caught.value.reason == "model"


def test_vectors_of_another_dimension_are_refused_with_both_numbers() -> None:
    with pytest.raises(WireError, match="of 9 numbers; expected 8") as caught:
        admit(
            make_observation(vectors(dim=9), at_s=NOW_S, model=None), VIEW, max_age_s=MAX_AGE_S, now_s=NOW_S
        )
    assert caught.value.reason == "dimension"


def test_a_message_of_2018_without_a_model_is_taken_as_the_catalogues() -> None:
    seen = make_observation(at_s=NOW_S, model=None, session=None, seq=None)
    admit(seen, VIEW, max_age_s=MAX_AGE_S, now_s=NOW_S)


def test_an_empty_catalogue_admits_any_model_and_dimension() -> None:
    seen = make_observation(vectors(dim=9), at_s=NOW_S, model=OTHER_MODEL)
    admit(seen, None, max_age_s=MAX_AGE_S, now_s=NOW_S)


@pytest.mark.parametrize("view", [VIEW, None])
@pytest.mark.parametrize(
    ("offset_s", "reason", "says"),
    [(-5.5, "stale", "5.5 s ago; expected at most 5 s"), (2.5, "future", "2.5 s in the future")],
)
def test_a_clock_that_is_off_is_refused_with_its_seconds(
    view: View | None, offset_s: float, reason: str, says: str
) -> None:
    with pytest.raises(ClockError, match=says) as caught:
        admit(make_observation(at_s=NOW_S + offset_s), view, max_age_s=MAX_AGE_S, now_s=NOW_S)
    assert caught.value.reason == reason
    assert caught.value.offset_s == pytest.approx(offset_s)
