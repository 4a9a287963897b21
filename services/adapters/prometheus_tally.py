"""The search's counters in Prometheus' form."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.core.records import MatchRecord

REASONS = (
    "topic",
    "too_large",
    "not_json",
    "status_line",
    "field",
    "encoding",
    "dimension",
    "not_finite",
    "model",
    "future",
    "stale",
    "overtaken",
    "unavailable",
    "loading",
)
_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


class PrometheusTally:
    """Counts answered and dropped observations in a registry of the caller's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        dropped = Counter(
            "lookalike_search_dropped", "Messages not answered, by reason.", ["reason"], registry=registry
        )
        self._answered = Counter(
            "lookalike_search_answered", "Records pushed, by verdict.", ["verdict"], registry=registry
        )
        self._took = Histogram(
            "lookalike_search_seconds", "Search of one batch.", registry=registry, buckets=_BUCKETS_S
        )
        # Created with 0, so that a counter can be watched from the start; looked up here in a flood.
        self._by_reason = {reason: dropped.labels(reason) for reason in REASONS}

    def dropped(self, reason: str) -> None:
        """A message was not answered."""
        self._by_reason[reason].inc()

    def answered(self, record: MatchRecord) -> None:
        """A record reached the match queue."""
        self._answered.labels(record.verdict).inc()
        self._took.observe(record.timings_ms["search"] / 1000)
