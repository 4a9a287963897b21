"""The senders of a camera's pictures: previews, snapshots, moments, and frames that were observed."""

from collections.abc import Callable

from common.picture_stamp import Stamp
from edge.look.featurizer import FrameFeaturizer
from edge.look.moments import MomentsSender
from edge.picture.crop import Box
from edge.picture.frame_types import Shot
from edge.picture.observed_frames import FrameRequest, ObservedFrames
from edge.picture.preview import PreviewSender
from edge.picture.snapshot import MAX_BYTES, SnapshotSender


class PictureSenders:
    """Sends pictures of the frames that it is shown, as commands ask for them."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        region: Box,
        allowed: bool,
        most_bytes: Callable[[], int] = lambda: MAX_BYTES,
    ) -> None:
        """Snapshots and moments show the `region` of a frame; if not `allowed`, no picture is sent.

        `most_bytes` gives the largest picture or answer that can be sent.
        """
        self._previews = PreviewSender(publish, allowed=allowed, most_bytes=most_bytes)
        self._snapshots = SnapshotSender(publish, region=region, allowed=allowed, most_bytes=most_bytes)
        self._moments = MomentsSender(publish, region=region, allowed=allowed, most_bytes=most_bytes)
        self._observed = ObservedFrames(publish, allowed=allowed, most_bytes=most_bytes)

    def watch(self, thing: str, for_s: float) -> None:
        """Somebody watches this camera for `for_s` seconds from now."""
        self._previews.watch(thing, for_s)

    def ask(self, do: str, thing: str, reply: str, max_bytes: int) -> None:
        """The command `do`, a snapshot or moments, wants an answer of this size on the topic `reply`."""
        (self._moments if do == "moments" else self._snapshots).ask(thing, reply, max_bytes)

    def ask_observed(self, request: FrameRequest) -> None:
        """The command `picture` wants a frame that was observed."""
        self._observed.ask(request)

    def use(self, featurizer: FrameFeaturizer) -> None:
        """Find things with this model from now on."""
        self._moments.featurizer = featurizer

    def show(self, shot: Shot, stamp: Stamp | None = None) -> None:
        """Take the next frame; its stamp has a `seq` if an observation of it is to be sent."""
        observed = stamp is not None and stamp.seq is not None
        small = self._observed.keep(shot, stamp) if stamp and observed else None
        self._previews.offer(shot, stamp, small)
        self._snapshots.offer(shot)
        self._moments.offer(shot)
        self._observed.answer()
