"""The search's counters as Prometheus reads them."""

from dataclasses import replace
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry

from common.codes import Code
from services.adapters.prometheus_tally import PrometheusTally
from services.core.records import CodeWord, FoundCode
from services.core.search.tally import DropReason, LookEnd
from tests.fakes import make_record


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def tally(registry: CollectorRegistry) -> PrometheusTally:
    return PrometheusTally(registry)


@pytest.mark.parametrize("reason", get_args(DropReason))
def test_every_reason_is_counted_from_0(
    tally: PrometheusTally, registry: CollectorRegistry, reason: DropReason
) -> None:
    labels: dict[str, str] = {"reason": reason}
    assert registry.get_sample_value("lookalike_search_dropped_total", labels) == 0
    tally.dropped(reason)
    assert registry.get_sample_value("lookalike_search_dropped_total", labels) == 1


@pytest.mark.parametrize("end", get_args(LookEnd))
def test_every_end_of_a_second_look_is_counted(
    tally: PrometheusTally, registry: CollectorRegistry, end: LookEnd
) -> None:
    labels: dict[str, str] = {"end": end}
    assert registry.get_sample_value("lookalike_search_second_looks_total", labels) == 0
    tally.looked(end)
    tally.looked(end, took_s=0.03)
    assert registry.get_sample_value("lookalike_search_second_looks_total", labels) == 2
    assert registry.get_sample_value("lookalike_search_second_look_seconds_count") == 1
    assert registry.get_sample_value("lookalike_search_second_look_seconds_sum") == 0.03


def test_asked_cameras_are_counted(tally: PrometheusTally, registry: CollectorRegistry) -> None:
    tally.asked()
    assert registry.get_sample_value("lookalike_search_details_asked_total") == 1


def test_the_stages_of_an_answered_frame_are_measured_but_no_stage_that_a_camera_made_up(
    tally: PrometheusTally, registry: CollectorRegistry
) -> None:
    record = make_record()
    timings_ms = {"capture": 3.0, "embed": 30.0, "search": 8.0, "made_up": 1.0}
    tally.answered(replace(record, timings_ms=timings_ms))
    for stage, seconds in (("capture", 0.003), ("embed", 0.03), ("search", 0.008), ("transport", 0.0)):
        total = registry.get_sample_value("lookalike_search_stage_seconds_sum", {"stage": stage})
        assert total == pytest.approx(seconds)
    assert registry.get_sample_value("lookalike_search_stage_seconds_sum", {"stage": "made_up"}) is None


@pytest.mark.parametrize(("word", "label"), [("agrees", "agrees"), (None, "no_item")])
def test_records_with_codes_are_counted_by_how_these_go_with_the_picture(
    tally: PrometheusTally, registry: CollectorRegistry, word: CodeWord | None, label: str
) -> None:
    def count() -> float | None:
        return registry.get_sample_value("lookalike_search_codes_total", {"code": label})

    tally.answered(make_record())
    assert count() == 0
    found = FoundCode(Code("ean_8", "40063812", (0.1, 0.1, 0.1, 0.1)), None)
    tally.answered(replace(make_record(), codes=(found,), code=word))
    assert count() == 1
