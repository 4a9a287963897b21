"""The words that every file of the edge shares."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""A picture uint8 [height, width, 3] in BGR order."""

State = Literal["online", "offline", "no_camera", "stalled"]
"""What a camera's status message says (docs/contracts/mqtt.md)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of which camera the frame is that was taken last, and when it was read (Unix seconds)."""

    thing: str
    captured_at_s: float
