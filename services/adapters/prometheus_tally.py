"""The search's counters in Prometheus' form."""

from __future__ import annotations

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.core.records import CodeWord, MatchRecord, Verdict
from services.core.search.tally import DropReason, LookEnd

_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
# The stages of a frame's way to its record; a camera may name others.
_STAGES = ("capture", "embed", "codes", "transport", "search")
_STAGE_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class PrometheusTally:
    """Counts answered and dropped observations in a registry of the caller's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        dropped = Counter(
            "lookalike_search_dropped", "Messages not answered, by reason.", ["reason"], registry=registry
        )
        answered = Counter(
            "lookalike_search_answered", "Records pushed, by verdict.", ["verdict"], registry=registry
        )
        self._took = Histogram(
            "lookalike_search_seconds", "Search of one batch.", registry=registry, buckets=_BUCKETS_S
        )
        stages = Histogram(
            "lookalike_search_stage_seconds",
            "The stages of answered frames, from the camera on.",
            ["stage"],
            registry=registry,
            buckets=_STAGE_BUCKETS_S,
        )
        codes = Counter(
            "lookalike_search_codes",
            "Records with barcodes or QR codes, by how these go with the picture.",
            ["code"],
            registry=registry,
        )
        self._asked = Counter(
            "lookalike_search_details_asked",
            "Cameras asked for local features of a frame.",
            registry=registry,
        )
        looks = Counter(
            "lookalike_search_second_looks",
            "Frames that came with local features, by what became of them.",
            ["end"],
            registry=registry,
        )
        self._look_took = Histogram(
            "lookalike_search_second_look_seconds",
            "A second look, or the wait for one that was late.",
            registry=registry,
            buckets=_BUCKETS_S,
        )
        # Created with 0, so that a counter can be watched from the start; looked up here in a flood.
        self._by_reason = {reason: dropped.labels(reason) for reason in get_args(DropReason)}
        self._by_verdict = {verdict: answered.labels(verdict) for verdict in Verdict}
        self._by_end = {end: looks.labels(end) for end in get_args(LookEnd)}
        self._by_stage = {stage: stages.labels(stage) for stage in _STAGES}
        self._by_code = {word: codes.labels(word) for word in (*get_args(CodeWord), "no_item")}

    def dropped(self, reason: DropReason) -> None:
        """A message was not answered."""
        self._by_reason[reason].inc()

    def answered(self, record: MatchRecord) -> None:
        """A record reached the match queue."""
        self._by_verdict[record.verdict].inc()
        self._took.observe(record.timings_ms["search"] / 1000)
        for stage, ms in record.timings_ms.items():
            if (told := self._by_stage.get(stage)) is not None:
                told.observe(ms / 1000)
        if record.codes:
            self._by_code[record.code or "no_item"].inc()

    def asked(self) -> None:
        """A camera was asked for local features."""
        self._asked.inc()

    def looked(self, end: LookEnd, *, took_s: float | None = None) -> None:
        """Local features came."""
        self._by_end[end].inc()
        if took_s is not None:
            self._look_took.observe(took_s)
