"""The memory of how a camera's last scenes ended, which says where `no_match` may begin for it."""

from __future__ import annotations

from dataclasses import dataclass

# Probabilities of a scene's best item from which it counts as a clear one, and as a sure one.
CLEAR_FROM, SURE_FROM = 0.5, 0.9
# Each scene takes this share of the weight of those before it.
_FORGET = 0.05
# A camera of which nothing is known counts as one whose known things are half sure: no bonus.
_CLEAR, _SURE = 4.0, 2.4
# Probability of the best item below which the verdict is `no_match`: at least, and at most.
NO_MATCH_BELOW, NO_MATCH_AT_MOST = 0.06, 0.35
# Shares of sure scenes among the clear ones between which the threshold rises.
_LITTLE, _MUCH = 0.6, 0.85


@dataclass(frozen=True, slots=True)
class Scenes:
    """The numbers of a camera's clear and of its sure scenes, those long ago counting less.

    A camera that is mostly sure of what it knows shows it well: 0.3 is then no half-known item, but a
    stranger or an empty desk. Scenes without a likely item count for nothing, however many there are.
    """

    clear: float = _CLEAR
    sure: float = _SURE

    def after(self, best: float) -> Scenes:
        """The memory once a scene has ended, whose best item had this probability."""
        kept = 1 - _FORGET
        if best < CLEAR_FROM:
            return self
        return Scenes(self.clear * kept + 1, self.sure * kept + (best >= SURE_FROM))

    @property
    def no_match_below(self) -> float:
        """Probability of the best item below which the verdict is `no_match`."""
        rise = (self.sure / self.clear - _LITTLE) / (_MUCH - _LITTLE)
        return NO_MATCH_BELOW + (NO_MATCH_AT_MOST - NO_MATCH_BELOW) * min(max(rise, 0.0), 1.0)
