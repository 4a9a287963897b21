"""Keeping of a search process's fit in the item store, so that the next process need not wait for its own.

A process that may write to the store does it: with SQLite that is the api alone.
"""

from __future__ import annotations

from collections.abc import Callable

from services.core.calibration_fit import CalibrationFit
from services.core.ports import ItemStore


def keep_calibration(store: ItemStore, newest: Callable[[], CalibrationFit | None]) -> bool:
    """Keep the fit that `newest` gives, if the store has none as new; gives whether it was kept."""
    fit = newest()
    return fit is not None and fit.is_newer_than(store.calibration()) and store.set_calibration(fit)
