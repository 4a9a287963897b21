"""The search's counters as Prometheus reads them."""

from typing import get_args

import pytest
from prometheus_client import CollectorRegistry

from services.adapters.prometheus_tally import PrometheusTally
from services.core.search.tally import DropReason, LookEnd


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
