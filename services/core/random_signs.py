"""Random signs, by which vectors are projected to short forms."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from common.wire import Vectors


@lru_cache(maxsize=8)
def random_signs(name: str, dim: int, count: int) -> Vectors:
    """1 and -1, float32 [dim, count], of a hash of the name, as generators differ among versions of numpy."""
    bits = hashlib.shake_256(name.encode()).digest((dim * count + 7) // 8)
    signs = np.unpackbits(np.frombuffer(bits, np.uint8))[: dim * count].reshape(dim, count)
    return np.asarray(2.0 * signs - 1.0, np.float32)
