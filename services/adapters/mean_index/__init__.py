"""Nearest neighbours among many items: found by codes of their means, and compared by all their rows."""

from services.adapters.mean_index.base import Base
from services.adapters.mean_index.files import MAPPED
from services.adapters.mean_index.tuned import Tuned

__all__ = ["MAPPED", "Base", "Tuned"]
