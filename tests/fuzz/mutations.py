"""Random damage of files and messages, the same for the same seed and number."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def _unchanged(content: bytes, _chance: random.Random) -> bytes:
    return content


@dataclass(frozen=True, slots=True)
class Mutator:
    """Makes damaged versions of `originals`; `tokens` are pieces that mean something in their format.

    `repair` sets right what would hide the damage from all but the first check, such as a checksum.
    """

    originals: Sequence[bytes]
    tokens: Sequence[bytes] = ()
    repair: Callable[[bytes, random.Random], bytes] = _unchanged
    most_changes: int = 6

    def case(self, seed: int, number: int) -> bytes:
        """The case of this number."""
        chance = random.Random(f"{seed}/{number}")
        content = bytearray(chance.choice(self.originals))
        for _ in range(chance.randint(1, self.most_changes)):
            self._change(content, chance)
        return self.repair(bytes(content), chance)

    def _change(self, content: bytearray, chance: random.Random) -> None:
        # Mostly near the beginning, where the structure is.
        reach = min(len(content), chance.choice((32, 256, 4096, 1 << 30)))
        at = chance.randint(0, reach)
        end = min(len(content), at + chance.choice((0, 1, 1, 2, 4, 12, 64)))
        kind = chance.randrange(8)
        if kind == 0:  # other bytes of the same number
            content[at:end] = chance.randbytes(end - at)
        elif kind == 1:  # one bit
            content[at:end] = bytes(each ^ 1 << chance.randrange(8) for each in content[at:end])
        elif kind == 2:  # a number at its edge
            size = chance.choice((1, 2, 4))
            value = chance.choice(_EDGES) & (1 << 8 * size) - 1
            content[at : at + size] = value.to_bytes(size, chance.choice(("big", "little")))
        elif kind == 3:  # a piece of the format, in place of something or between
            content[at : chance.choice((at, end))] = chance.choice(self.tokens or [b"\0"])
        elif kind == 4:  # a piece twice, or many times
            content[at:end] = content[at:end] * chance.choice((2, 2, 3, 40))
        elif kind == 5:  # a piece from elsewhere in any of the originals
            other = chance.choice(self.originals)
            start = chance.randrange(len(other) + 1)
            content[at:end] = other[start : start + chance.choice((4, 20, 200))]
        elif kind == 6:  # a piece less
            del content[at:end]
        elif chance.random() < 0.3:  # the end is missing
            del content[at:]
