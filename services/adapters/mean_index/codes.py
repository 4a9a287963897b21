"""The codes of a base's entries, taken over from one base into the next as they are."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

# FAISS keeps short codes in blocks of 32 vectors: for each two numbers 16 bytes of the one and 16 of the
# other, whose low halves are of these vectors, and whose high halves are of those 16 further on.
_BLOCK, _HALF = 32, 16
_ORDER = np.argsort([0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15])
_PIECE = 512


def renewed(index: Any, kept: NDArray[np.int64]) -> Any:
    """An index of the same form, with the entries at these places alone and room for more.

    It shares what was learned: entries that are added to it get the codes that the old one would give.
    """
    turned: Any = faiss.downcast_index(index.base_index)
    short: Any = faiss.downcast_index(turned.index)
    longer: Any = faiss.downcast_index(index.refine_index)
    learned: Any = faiss.downcast_VectorTransform(turned.chain.at(0))
    transform: Any = faiss.LinearTransform(learned.d_in, learned.d_out, False)
    transform.A, transform.is_trained = learned.A, True
    plain: Any = faiss.IndexPQ(short.d, short.M, 4, short.metric_type)
    plain.pq, plain.is_trained, plain.ntotal = short.pq, True, len(kept)
    faiss.copy_array_to_vector(short_codes(short)[kept].ravel(), plain.codes)
    other = faiss.IndexScalarQuantizer(longer.d, faiss.ScalarQuantizer.QT_8bit, longer.metric_type)
    other.sq, other.is_trained, other.ntotal = longer.sq, True, len(kept)
    flat = faiss.rev_swig_ptr(longer.codes.data(), longer.codes.size()).reshape(-1, longer.code_size)
    faiss.copy_array_to_vector(flat[kept].ravel(), other.codes)
    both = faiss.IndexPreTransform(transform, faiss.IndexPQFastScan(plain))
    made = faiss.IndexRefine(both, other)
    made.ntotal = both.ntotal = len(kept)
    return made


def short_codes(short: Any) -> NDArray[np.uint8]:
    """The codes of an IndexPQFastScan without its blocks, uint8 [n, M / 2]."""
    size = short.M2 // 2
    if not short.ntotal:
        return np.empty((0, size), np.uint8)
    packed = faiss.rev_swig_ptr(short.codes.get(), short.codes.size()).reshape(-1, size, 2, _HALF)
    plain = np.empty((len(packed) * _BLOCK, size), np.uint8)
    for first in range(0, len(packed), _PIECE):
        own = packed[first : first + _PIECE][..., _ORDER]
        numbers = np.concatenate([own & 15, own >> 4], axis=3)
        pairs = numbers[:, :, 0] | (numbers[:, :, 1] << 4)
        plain[first * _BLOCK : (first + len(own)) * _BLOCK] = pairs.transpose(0, 2, 1).reshape(-1, size)
    return plain[: short.ntotal]
