"""What an index of vectors is, how good and how large."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

# exact: every vector is compared. means: by unit means, the best compared again. endpoint: a trained k-NN
# endpoint. milvus: a Milvus server.
IndexKind = Literal["exact", "means", "endpoint", "milvus"]


@dataclass(frozen=True, slots=True)
class IndexState:
    """An index as it is now; None where it is not known, such as what another server holds.

    `recall` is the share of the exact answer's ten items that it finds, and `rate` its queries a second, one
    at a time; an approximate index measured both on probes of its own items.
    """

    kind: IndexKind
    items: int
    # The items' vectors, and their places: those of a base that does not change, and of a delta beside it.
    vectors: int
    base: int
    delta: int
    # Vectors in either that belong to no item any more.
    tombstones: int
    recall: float | None
    rate: float | None = None
    # Bytes of its arrays in this process, and of files that are mapped beside them.
    memory: int | None = None
    mapped: int = 0

    def to_json(self) -> dict[str, Any]:
        """The form of the search's state."""
        return asdict(self)
