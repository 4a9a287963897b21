"""The index's state as a monitor scrapes it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from services.adapters.prometheus_index import IndexCollector
from services.core.index_state import IndexState


def scraped(state: IndexState | None) -> str:
    registry = CollectorRegistry()
    registry.register(IndexCollector(lambda: state))
    return generate_latest(registry).decode()


def test_a_scrape_has_the_kind_and_the_numbers_of_the_index() -> None:
    text = scraped(
        IndexState("means", 1000, 5000, base=4900, delta=150, tombstones=50, recall=0.991, rate=850.5)
    )
    for line in (
        'lookalike_search_index{kind="means"} 1.0',
        "lookalike_search_index_items 1000.0",
        "lookalike_search_index_base 4900.0",
        "lookalike_search_index_tombstones 50.0",
        "lookalike_search_index_recall 0.991",
        "lookalike_search_index_queries_per_second 850.5",
    ):
        assert line in text


def test_what_is_not_known_has_no_sample() -> None:
    text = scraped(IndexState("endpoint", 1, 4, base=4, delta=0, tombstones=0, recall=None))
    assert "recall" not in text
    assert "memory" not in text
    assert scraped(None) == ""
