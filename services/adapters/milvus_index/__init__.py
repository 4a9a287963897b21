"""Nearest neighbours of a Milvus server: a collection a training, whose rows do not change."""

from services.adapters.milvus_index.base import MilvusBase
from services.adapters.milvus_index.rows import MilvusRows
from services.adapters.milvus_index.server import MilvusServer

__all__ = ["MilvusBase", "MilvusRows", "MilvusServer"]
