"""How often Python looks for garbage in cycles: seldom, as an answer makes hardly any."""

from __future__ import annotations

import gc

# New objects after which it looks; Python's own 700 are reached with each answer or two.
_SELDOM = 50_000


def collect_seldom() -> None:
    """Look for garbage seldom from now on; that took a sixteenth of an answer's time."""
    gc.set_threshold(_SELDOM)
