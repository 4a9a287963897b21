"""An index that is exact while it is small, and approximate from the size on at which that is faster.

The many items are in a base that never changes, built in a thread beside live searches; those that came
since are in a small exact index, and those of the base that have left are marked as gone. Now and then a new
base is built of all that is left.
"""

from services.adapters.sized_index.files import SizedFiles
from services.adapters.sized_index.frozen import PlacedBase
from services.adapters.sized_index.index import SizedIndex
from services.adapters.sized_index.parts import ExactIndex, LargeBase

__all__ = ["ExactIndex", "LargeBase", "PlacedBase", "SizedFiles", "SizedIndex"]
