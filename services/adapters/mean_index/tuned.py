"""The numbers of a base's search, and what was measured with them when it was built."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Self

# Number of the exact answer's first items whose share found is the recall.
RECALL_OF = 10
# Number of items that a search of the catalogue asks for, for which a base is tuned.
ASKED = 50
# The sizes, in shares of that for which a base was tuned, between which it is not tuned again.
_GROWN, _SHRUNK = 1.25, 0.75


@dataclass(frozen=True, slots=True)
class Tuned:
    """`candidates` are found by short codes, the first `compared` of them by exact rows.

    `spread_weight` is the worth of the spread of an item's rows beside the product with their mean.

    `recall` is the share of the exact answer's ten items that were found, 0 to 1, with `probes` queries made
    of the base's own rows; `target` is the share that was asked for. `rate` is the number of queries a
    second, one at a time, in seconds of one processor, 0 if it was not measured. `items` is the number of
    items of the base with which all of this was measured.
    """

    candidates: int
    compared: int
    spread_weight: float
    target: float
    recall: float
    rate: float
    probes: int
    items: int

    def fits(self, items: int) -> bool:
        """Whether these numbers, by `grown`, are good for a base of this size."""
        return _SHRUNK * self.items <= items <= _GROWN * self.items

    def grown(self, earlier: int, items: int) -> Tuned:
        """The numbers for a base that had `earlier` items and has more now: more of them are compared."""
        share = max(1.0, items / earlier)
        return replace(
            self, candidates=math.ceil(share * self.candidates), compared=math.ceil(share * self.compared)
        )

    def encoded(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> Self:
        """What `encoded` made; raises ValueError or TypeError for anything else."""
        return cls(**json.loads(text))
