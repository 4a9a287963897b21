"""The log of showings: what is one showing, what is a flicker, and what is told of it."""

from typing import Any

from services.core.history.log import ShowingLog
from services.core.history.showing import Review
from tests.fake_history import BEGAN_S, record


def changes(showings: ShowingLog, *records: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """What the records change: each change with the item and the verdict."""
    told = [change for each in records for change in showings.take(each)]
    return [(change, shown.item.id if shown.item else None, str(shown.verdict)) for shown, change in told]


def frames(first: int, at_s: float, count: int, *more: Any, every_s: float = 0.2) -> list[dict[str, Any]]:
    return [record(first + n, at_s + n * every_s, *more) for n in range(count)]


def test_a_match_that_holds_for_half_a_second_is_one_showing_however_many_frames_it_has() -> None:
    showings = ShowingLog()
    assert changes(showings, *frames(1, 0, 3)) == []
    assert changes(showings, *frames(4, 0.6, 20)) == [("begun", "mug", "match")]
    (now,) = showings.moved()
    assert (now.id, now.last_record, now.frames, now.began_at_s) == (1, 23, 23, BEGAN_S)
    assert (now.price, now.latency_ms, now.seq) == ("3.50", 50.0, 4)
    assert [each.id for each in now.runners_up] == ["bowl"]
    assert showings.moved() == []


def test_a_short_flicker_is_no_new_showing_and_ends_none() -> None:
    showings = ShowingLog()
    changes(showings, *frames(1, 0, 5))
    flicker = [*frames(6, 1.0, 2, "vase"), *frames(8, 1.4, 9, None, "no_match"), *frames(17, 3.2, 5)]
    assert changes(showings, *flicker) == []
    assert showings.moved()[0].frames == 10


def test_another_item_ends_the_showing_before_and_begins_with_its_own_first_frame() -> None:
    showings = ShowingLog()
    changes(showings, *frames(1, 0, 5))
    told = [change for each in frames(6, 1.0, 5, "vase") for change in showings.take(each)]
    assert [(shown.id, change, shown.ended) for shown, change in told] == [
        (1, "ended", True),
        (6, "begun", False),
    ]
    assert told[1].showing.began_at_s == BEGAN_S + 1.0


def test_an_empty_scene_needs_two_seconds() -> None:
    showings = ShowingLog()
    changes(showings, *frames(1, 0, 5))
    assert changes(showings, *frames(6, 1.0, 10, None, "no_match")) == []
    assert changes(showings, *frames(16, 3.0, 1, None, "no_match")) == [
        ("ended", "mug", "match"),
        ("begun", None, "no_match"),
    ]


def test_an_unsure_showing_that_becomes_sure_is_the_same_showing_and_needs_no_review() -> None:
    showings = ShowingLog()
    assert changes(showings, *frames(1, 0, 7, "mug", "unsure")) == [("begun", "mug", "unsure")]
    assert showings.moved()[0].review == Review.OPEN
    # The second likeliest is matched in the end.
    told = [change for each in frames(8, 1.4, 3, "bowl") for change in showings.take(each)]
    (changed,) = told
    assert changed.change == "changed"
    assert (changed.showing.id, changed.showing.item and changed.showing.item.id) == (1, "bowl")
    assert (changed.showing.seq, changed.showing.review) == (8, None)
    assert changes(showings, *frames(11, 2.0, 3, "bowl", "unsure")) == []


def test_equal_items_that_change_places_are_one_showing() -> None:
    showings = ShowingLog()
    pair: dict[str, Any] = {"equals": ["mug", "vase"]}
    alternating = [record(n, n * 0.2, ("mug", "vase")[n % 2], **pair) for n in range(1, 12)]
    assert changes(showings, *alternating) == [("begun", "vase", "match")]


def test_a_showing_ends_when_its_last_record_expires() -> None:
    showings = ShowingLog()
    changes(showings, *frames(1, 0, 5))
    assert showings.passed(BEGAN_S + 5.7) == []
    ((ended, change),) = showings.passed(BEGAN_S + 5.9)
    assert (change, ended.seen_at_s) == ("ended", BEGAN_S + 0.8)
    assert showings.passed(BEGAN_S + 60) == []


def test_a_single_record_of_a_camera_that_is_silent_then_is_a_showing_too() -> None:
    showings = ShowingLog()
    assert changes(showings, record(1, 0)) == []
    assert showings.passed(BEGAN_S + 0.4) == []
    assert [each.change for each in showings.passed(BEGAN_S + 0.6)] == ["begun"]
    # The next picture comes after it has expired.
    assert changes(showings, record(2, 30)) == [("ended", "mug", "match")]


def test_cameras_do_not_disturb_each_other() -> None:
    showings = ShowingLog()
    both = [record(n, n * 0.1, "mug" if n % 2 else "vase", thing=f"cam-{n % 2}") for n in range(1, 20)]
    assert changes(showings, *both) == [("begun", "mug", "match"), ("begun", "vase", "match")]


def test_a_log_goes_on_with_showings_that_had_not_ended() -> None:
    before = ShowingLog()
    changes(before, *frames(1, 0, 5))
    after = ShowingLog(before.moved())
    assert changes(after, *frames(6, 1.0, 5)) == []
    assert after.moved()[0].id == 1


def test_no_more_cameras_are_followed_than_allowed() -> None:
    showings = ShowingLog(most=2)
    many = [record(n, n * 0.1, thing=f"cam-{n % 4}") for n in range(40)]
    assert len(changes(showings, *many)) == 2
