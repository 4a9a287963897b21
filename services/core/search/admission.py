"""Which observations the search answers: those of the catalogue's model, captured just now."""

from __future__ import annotations

from common.wire import Observation, WireError
from services.core.search.follow import View

# A camera's clock may run ahead by a little; more would let a match look live for longer than it is.
MAX_AHEAD_S = 2.0


class ClockError(WireError):
    """An observation captured too long ago or in the future; `offset_s` is above 0 for a clock ahead."""

    def __init__(self, reason: str, text: str, *, offset_s: float) -> None:
        super().__init__(reason, text)
        self.offset_s = offset_s


def admit(seen: Observation, view: View | None, *, max_age_s: float, now_s: float) -> None:
    """Raise WireError (model, dimension) or ClockError (stale, future) unless it can be answered."""
    if view is not None:
        if seen.model is not None and seen.model != view.model:
            text = f"vectors of model {seen.model}; expected {view.model} like the catalogue's"
            raise WireError("model", text)
        if seen.vectors.shape[1] != view.dim:
            raise WireError("dimension", f"vectors of {seen.vectors.shape[1]} numbers; expected {view.dim}")
    offset_s = seen.captured_at_s - now_s
    if offset_s > MAX_AHEAD_S:
        text = f"captured {offset_s:.1f} s in the future; expected at most {MAX_AHEAD_S:g} s"
        raise ClockError("future", text, offset_s=offset_s)
    if offset_s < -max_age_s:
        text = f"captured {-offset_s:.1f} s ago; expected at most {max_age_s:g} s"
        raise ClockError("stale", text, offset_s=offset_s)
