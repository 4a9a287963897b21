"""The volume `secrets`: random passwords, and the files that each container reads."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.compose.files import replace

GROUPS = {"api": 10011, "search": 10012, "edge": 10013, "frames": 10014, "broker": 10015, "redis": 10016}


def _by_chance() -> str:
    return secrets.token_urlsafe(24)


@dataclass
class Passwords:
    """The random passwords; they stay until a command replaces them."""

    key: str = field(default_factory=_by_chance)
    redis: str = field(default_factory=_by_chance)
    users: dict[str, str] = field(default_factory=dict)

    def add(self, user: str) -> str:
        """The password of a user of the broker, made if it has none."""
        return self.users.setdefault(user, _by_chance())


class Volume:
    """The files on the volume `secrets`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._truth = folder / "init" / "passwords.json"

    def read(self) -> Passwords:
        """The passwords, new ones on an empty volume."""
        try:
            return Passwords(**json.loads(self._truth.read_text()))
        except FileNotFoundError:
            return Passwords()

    def keep(self, passwords: Passwords) -> None:
        """Write the passwords, before anything uses them."""
        self._truth.parent.mkdir(mode=0o700, exist_ok=True)
        replace(self._truth, json.dumps(asdict(passwords)).encode(), mode=0o600)

    def give(self, service: str, name: str, content: str) -> None:
        """Write a file that one container may read."""
        folder, group = self.folder / service, GROUPS[service]
        folder.mkdir(mode=0o750, exist_ok=True)
        os.chown(folder, -1, group)
        replace(folder / name, content.encode(), mode=0o640, group=group)
