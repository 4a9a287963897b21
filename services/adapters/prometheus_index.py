"""The index's size and quality in Prometheus' form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.core.index_state import IndexState

_NUMBERS = {
    "items": "Items of the index.",
    "vectors": "Vectors of the index's items.",
    "base": "Vectors of the index's large part, which does not change.",
    "delta": "Vectors of the part that came later.",
    "tombstones": "Vectors of either part that belong to no item any more.",
    "recall": "Share of the exact answer's ten items that the index finds, as measured on its own items.",
    "rate": "Queries a second, one at a time, as measured when the index was built.",
    "memory": "Bytes of the index's arrays in this process.",
    "mapped": "Bytes of the index's mapped files.",
}


class IndexCollector(Collector):
    """Reads the index's state at each scrape; what is not known of it has no sample."""

    def __init__(self, state: Callable[[], IndexState | None]) -> None:
        """`state` is None while there is no index."""
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The state's numbers, and its kind as a label of a constant 1."""
        state = self._state()
        if state is None:
            return
        kind = GaugeMetricFamily("lookalike_search_index", "The kind of the index.", labels=["kind"])
        kind.add_metric([state.kind], 1)
        yield kind
        for name, told in _NUMBERS.items():
            if (value := getattr(state, name)) is not None:
                yield GaugeMetricFamily(f"lookalike_search_index_{_unit(name)}", told, value=value)


def _unit(name: str) -> str:
    return {"memory": "memory_bytes", "mapped": "mapped_bytes", "rate": "queries_per_second"}.get(name, name)
