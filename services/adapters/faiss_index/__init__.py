"""Exact nearest neighbours with FAISS; searches go on while it is written to."""

from services.adapters.faiss_index.index import FaissFiles, FaissIndex

__all__ = ["FaissFiles", "FaissIndex"]
