"""The fitted numbers of a calibration, as the item store keeps them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass

# The version of the fitting (search/verdict.py, search/sample.py): raise it with each change, so that numbers
# of another one are not used.
FIT_VERSION = 2


@dataclass(frozen=True, slots=True)
class CalibrationFit:
    """A fit to `probes` vectors of the catalogue as of `cursor`, all of `model`; time in Unix seconds.

    `sharpness`, `level` and `slope` are those of search/verdict.py.
    """

    model: str
    cursor: int
    probes: int
    fitted_at_s: float
    sharpness: float
    level: float
    slope: float
    version: int = FIT_VERSION

    def suits(self, model: str) -> bool:
        """Whether a search with vectors of this model may use it."""
        return (self.model, self.version) == (model, FIT_VERSION)

    def is_newer_than(self, kept: CalibrationFit | None) -> bool:
        """Whether it replaces another fit."""
        if kept is None or (kept.model, kept.version) != (self.model, self.version):
            return True
        return self.cursor > kept.cursor

    def to_json(self) -> str:
        """The JSON in which it is kept and sent."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> CalibrationFit:
        """Read what `to_json` wrote; raises TypeError or ValueError if it is no fit."""
        return cls(**json.loads(text))

    @classmethod
    def read(cls, text: str | None) -> CalibrationFit | None:
        """The fit that a store keeps as this JSON, None if it is damaged: a search then makes a new one."""
        try:
            fit = cls.from_json(text or "")
            numbers = (fit.sharpness, fit.level, fit.slope, fit.fitted_at_s, fit.cursor, fit.probes)
            return fit if all(math.isfinite(number) for number in numbers) else None
        except (TypeError, ValueError):
            return None
