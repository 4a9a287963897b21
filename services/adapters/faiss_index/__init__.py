"""Exact nearest neighbours with FAISS, which searches go on in while it is written to."""

from services.adapters.faiss_index.index import FaissIndex

__all__ = ["FaissIndex"]
