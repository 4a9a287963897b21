"""The threads of numpy's linear algebra, whose number it reads from the environment when it is loaded."""

from __future__ import annotations

from collections.abc import MutableMapping

# OpenBLAS of numpy and of FAISS, and FAISS' own pool outside of its searches.
_POOLS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def limit_threads(environ: MutableMapping[str, str]) -> None:
    """Let each pool have LOOKALIKE_THREADS (1) threads, unless its own variable says otherwise.

    By default each takes all processors, and its threads go on turning for a while after each product.
    """
    given = environ.get("LOOKALIKE_THREADS", "")
    # The settings, which are read later, refuse any other.
    threads = given if given.isascii() and given.isdecimal() and int(given) > 0 else "1"
    for pool in _POOLS:
        environ.setdefault(pool, threads)
