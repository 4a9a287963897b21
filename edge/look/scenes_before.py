"""The scenes that a camera showed before the present one, to tell a thing from its ground."""

from edge.look.change import Change, Small, change_of, changed, small_of
from edge.picture.frame_types import Frame

# Time for which a scene has to be still, to be one that others are compared with.
_STILL_S = 0.5
# Share of changed pixels from which it is another scene.
_OTHER_SCENE = 0.005
# A thing may be held still for a moment and then turned: the scene before it is further back than the last.
_KEPT = 3
_MAX_CAMERAS = 32


class _Scenes:
    """The still scenes of one camera, the last one last."""

    def __init__(self, small: Small, at_s: float) -> None:
        self.before: list[Small] = []
        self._now, self._since_s, self._last_s = small, at_s, at_s

    def take(self, small: Small, at_s: float) -> None:
        if changed(self._now, small).mean() > _OTHER_SCENE:
            if self._last_s - self._since_s >= _STILL_S:
                self.before = [*self.before, self._now][-_KEPT:]
            self._now, self._since_s = small, at_s
        self._last_s = at_s


class ScenesBefore:
    """Remembers the last still scenes of each camera."""

    def __init__(self) -> None:
        self._scenes: dict[str, _Scenes] = {}

    def take(self, thing: str, picture: Frame, at_s: float) -> None:
        """A camera's next picture, captured at `at_s`."""
        small = small_of(picture)
        if thing in self._scenes:
            self._scenes[thing].take(small, at_s)
            return
        if len(self._scenes) >= _MAX_CAMERAS:
            self._scenes.pop(next(iter(self._scenes)))
        self._scenes[thing] = _Scenes(small, at_s)

    def change(self, thing: str, picture: Frame) -> Change | None:
        """What is new in a camera's picture against the scene before it; None if nothing is known of that.

        Of several scenes it is the one that differs most: the thing itself is in those that differ less.
        """
        small = small_of(picture)
        scenes = self._scenes.get(thing)
        found = [change_of(before, small) for before in scenes.before] if scenes else []
        return max((each for each in found if each), key=lambda each: int(each.mask.sum()), default=None)
