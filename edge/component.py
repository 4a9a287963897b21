"""The edge as a Greengrass component: its settings come by IPC, and it starts again when they change."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from edge.link.ipc_port import Connection, IpcError
from edge.link.nucleus import Nucleus

_log = logging.getLogger(__name__)
_WAIT_S = 0.1
# Keys of a component's configuration for the nucleus, and for the script that starts the container.
_NOT_OURS = frozenset({"accessControl", "DockerOptions"})


class Component:
    """Reads this component's configuration, and watches over its changes."""

    def __init__(self, nucleus: Nucleus) -> None:
        """Begin to connect to the nucleus."""
        self.nucleus = nucleus
        self.is_changed = False
        self._configuration: dict[str, Any] | None = None
        self._read_once = threading.Event()
        nucleus.join(self)

    @property
    def over(self) -> str | None:
        """The reason why this process is to end, None if there is none."""
        if self.is_changed:
            return "its configuration has changed; it starts again"
        return "Greengrass refuses this component's token" if self.nucleus.refused else None

    def wait_configuration(self, stopping: Callable[[], bool]) -> dict[str, Any] | None:
        """Wait for the configuration; None when it is time to stop, or there is a reason to end."""
        while not self._read_once.wait(_WAIT_S):
            if stopping() or self.over is not None:
                return None
        return self._configuration

    def on_connection(self, connection: Connection) -> None:
        """Read the configuration, now and at each change."""
        connection.watch_configuration(lambda: self.nucleus.post(partial(self._read, connection)))
        self._read(connection)

    def on_loss(self) -> None:
        """Do nothing: the next connection reads it again."""

    def on_tick(self) -> None:
        """Do nothing."""

    def _read(self, connection: Connection) -> None:
        try:
            found = {key: each for key, each in connection.configuration().items() if key not in _NOT_OURS}
        except IpcError as error:
            self.nucleus.drop(f"does not tell this component's configuration ({error})")
            return
        if self._configuration is None:
            self._configuration = found
            self._read_once.set()
        elif found != self._configuration and not self.is_changed:
            _log.info("this component's configuration has changed; starting again")
            self.is_changed = True


def settings_of(configuration: Mapping[str, Any], names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The settings in a component's configuration by their names, and the keys that are none.

    A key is a setting's name without LOOKALIKE_, in any case and with or without underscores: `MaxFps`.
    """
    known = {_plain(name): name for name in names}
    given, unknown = {}, []
    for key, value in configuration.items():
        name = known.get(_plain(key))
        if name is None or isinstance(value, dict | list):
            unknown.append(key)
        elif value is not None and value != "":
            given[name] = _text(value)
    return given, unknown


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    # A nucleus may make 10.0 of 10.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
